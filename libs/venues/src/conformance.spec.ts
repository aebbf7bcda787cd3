import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFault } from './conformance/event-fault';
import { decodeAll, framesOf, SESSION_SYMBOLS, symbolsIn } from './conformance/recordings';
import { sidesAgree, sideTally } from './conformance/side-tally';
import type { DecodedEvent, TradeEvent } from './events';
import { venueNamed, venues } from './registry';

const RECORDINGS = join(__dirname, '../../../../shared/data');
const ABOVE_2_53 = '9007199254740993';

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

function swapped(event: DecodedEvent): DecodedEvent {
  return event.type === 'trade' ? { ...event, takerSide: event.takerSide === 'buy' ? 'sell' : 'buy' } : event;
}

function jumps(trades: readonly TradeEvent[]): string[] {
  return trades.slice(1).flatMap((trade, index) => {
    const expected = String(BigInt(trades[index]?.tradeId ?? 0) + 1n);
    return trade.tradeId === expected
      ? []
      : [`${trade.symbol}: ${trade.tradeId} follows ${trades[index]?.tradeId}`];
  });
}

test('the registry names each venue once and finds it by its name', () => {
  expect(new Set(venues.map(({ name }) => name)).size).toBe(venues.length);
  for (const venue of venues) expect(venueNamed(venue.name)).toBe(venue);
  expect(venueNamed('nowhere')).toBeUndefined();
});

describe.each(venues.map((venue) => [venue.name, venue] as const))('%s', (name, venue) => {
  const frames = framesOf(read(join(__dirname, name, 'fixtures/session.jsonl')) ?? '');
  const events = [...decodeAll(venue, frames, SESSION_SYMBOLS)].map(({ event }) => event);
  const trades = events.filter((event) => event.type === 'trade');

  test('every frame of its session is understood and every event keeps the promises', () => {
    const faults = events
      .map((event) => eventFault(event, name, SESSION_SYMBOLS))
      .filter((fault) => fault !== null);
    expect(faults).toEqual([]);
    expect(events.filter(({ type }) => type === 'unknown' || type === 'invalid')).toEqual([]);
    const kinds = new Set(events.map(({ type }) => type));
    expect(kinds).toEqual(new Set(['trade', 'quote', 'control', 'refused', 'unlisted']));
  });

  test('a trade id above 2^53 keeps its last digit', () => {
    expect(trades.map(({ tradeId }) => tradeId)).toContain(ABOVE_2_53);
  });

  test('taker buys print above the mid and taker sells below it', () => {
    const tally = sideTally(events);
    expect(tally.buysAbove + tally.sellsBelow).toBeGreaterThanOrEqual(20);
    expect({ ...tally, agrees: sidesAgree(tally) }).toMatchObject({ agrees: true });
  });

  test('the side check refuses the same session with the sides swapped', () => {
    expect(sidesAgree(sideTally(events.map(swapped)))).toBe(false);
  });

  test('ids of the session rise by one exactly where the venue promises it', () => {
    const found = SESSION_SYMBOLS.flatMap((symbol) =>
      jumps(trades.filter((trade) => trade.symbol === symbol)),
    );
    if (venue.consecutiveTradeIds) expect(found).toEqual([]);
    else expect(found).not.toEqual([]);
  });

  test('a connection that asked for nothing sees neither trade nor quote', () => {
    const none = [...decodeAll(venue, frames, [])].map(({ event }) => event.type);
    expect(none).not.toContain('trade');
    expect(none).not.toContain('quote');
    expect(none.filter((type) => type === 'unlisted').length).toBeGreaterThan(trades.length);
  });

  test('a frame above the size limit is refused unread', () => {
    const { maxFrameBytes } = venue.limits;
    const padded = (frame: string, bytes: number) => frame + ' '.repeat(bytes - Buffer.byteLength(frame));
    const frame = frames.find((line) => line.frame.includes(venue.nativeSymbol('BTC/USDT')))?.frame ?? '';
    const decoder = venue.createDecoder(SESSION_SYMBOLS);
    expect(decoder.decode(padded(frame, maxFrameBytes), 0)[0]?.type).not.toBe('invalid');
    expect(decoder.decode(padded(frame, maxFrameBytes + 1), 0)).toEqual([
      { type: 'invalid', reason: `the frame is larger than ${maxFrameBytes} bytes` },
    ]);
  });

  test.each(['', ' ', 'x', 'null', '1', '"text"', '{', '[]', '{}', '{"a":', '\u0000'])(
    'the text %j gives one event and no trade',
    (text) => {
      const found = venue.createDecoder(SESSION_SYMBOLS).decode(text, 0);
      expect(found).toHaveLength(1);
      expect(['unknown', 'invalid']).toContain(found[0]?.type);
    },
  );

  test('its README has the evidence table, the limits and the gap rule', () => {
    const text = read(join(__dirname, name, 'README.md')) ?? '';
    const header = /^\| channel +\| variant +\| role +\| what we do +\| proof +\|$/m.exec(text);
    expect(header).not.toBeNull();
    const rows = text
      .slice(header?.index)
      .split('\n')
      .slice(2)
      .findIndex((line) => !line.startsWith('|'));
    expect(rows).toBeGreaterThanOrEqual(venue.topics('BTC/USDT').length + 2);
    expect(text).toMatch(/^## Limits$/m);
    expect(text).toMatch(/^## Gaps$/m);
  });

  const recording = read(join(RECORDINGS, 'frames', `${name}.jsonl`));
  (recording === null ? describe.skip : describe)(
    'on recorded frames (skipped where ../shared/data is absent)',
    () => {
      const all = framesOf(recording ?? '');
      const symbols = symbolsIn(venue, all, read(join(RECORDINGS, 'instruments', `${name}.json`)) ?? '[]');
      const decoded = [...decodeAll(venue, all, symbols)];

      test('every event keeps the promises, every kind of frame is documented, every symbol is routed', () => {
        const faults = decoded
          .map(({ event }) => eventFault(event, name, symbols))
          .filter((fault) => fault !== null);
        expect(faults).toEqual([]);
        expect(decoded.filter(({ event }) => event.type === 'unknown')).toEqual([]);
        const natives = new Set(symbols.map((symbol) => venue.nativeSymbol(symbol)));
        const lost = decoded.filter(({ event }) => event.type === 'unlisted' && natives.has(event.symbol));
        expect(lost).toEqual([]);
        expect(decoded.filter(({ event }) => event.type === 'trade').length).toBeGreaterThan(0);
        expect(decoded.filter(({ event }) => event.type === 'quote').length).toBeGreaterThan(0);
      });

      test('no false gap: ids of one recorded connection rise by one where the venue promises it', () => {
        // A source that names a file is one connection; the others are collections of single frames.
        const trades = decoded.filter(({ frame }) => /^\S+\/\S+:/.test(frame.source ?? ''));
        const runs = new Map<string, TradeEvent[]>();
        for (const { event, frame } of trades) {
          if (event.type !== 'trade') continue;
          const key = `${frame.source} ${event.symbol}`;
          runs.set(key, [...(runs.get(key) ?? []), event]);
        }
        const found = [...runs.values()].flatMap(jumps);
        if (venue.consecutiveTradeIds) expect(found).toEqual([]);
        expect(runs.size).toBeGreaterThan(0);
      });

      test('taker sides agree with the recorded quotes where a source has both', () => {
        const sources = new Set(all.map(({ source }) => source));
        for (const source of sources) {
          const tally = sideTally(
            decoded.filter(({ frame }) => frame.source === source).map(({ event }) => event),
          );
          const { buysAbove, buysBelow, sellsAbove, sellsBelow } = tally;
          if (buysAbove + buysBelow + sellsAbove + sellsBelow < 5) continue;
          expect({ source, ...tally, right: buysAbove + sellsBelow > buysBelow + sellsAbove }).toMatchObject({
            right: true,
          });
        }
      });
    },
  );
});
