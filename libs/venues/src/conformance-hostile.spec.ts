import { PermanentError } from '@neuraltrade/contracts';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { framesOf, SESSION_SYMBOLS } from './conformance/recordings';
import { decimalValue, inexactText } from './decimal';
import { requestIdOf, tradeIdOf } from './identifier';
import { decimalSecondsToMs, integerMs, microsecondsToMs, rfc3339Ms } from './instant';
import { readJson } from './read-json';
import { venues } from './registry';
import type { HistoryRange } from './venue';

/** Addresses drawn for each venue; URL_RUNS=20000 is the long run. */
const RUNS = Number(process.env['URL_RUNS'] ?? 100);
/** Symbols that nobody asked for; STRANGE_SYMBOLS=100000 is the long run. */
const STRANGERS = Number(process.env['STRANGE_SYMBOLS'] ?? 20_000);
const SIZE = 100_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in use after the work, garbage aside. */
function retained(work: () => unknown): number {
  work();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const sane: HistoryRange = {
  symbol: 'BTC/USDT',
  afterTradeId: '10',
  beforeTradeId: '5000',
  fromTimestamp: 1_789_387_200_000,
  toTimestamp: null,
};

const sessionFrames = (name: string): string[] =>
  framesOf(readFileSync(join(__dirname, name, 'fixtures/session.jsonl'), 'utf8')).map(({ frame }) => frame);

const text = fc.oneof(
  fc.constantFrom(
    '../x?y',
    '//evil.example/',
    '@evil.example',
    '?a=b#c',
    '%2e%2e/',
    '\\..\\',
    'a b',
    '\r\nHost: evil',
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }).filter((value) => !/\p{Surrogate}/u.test(value)),
);
const ranges: fc.Arbitrary<HistoryRange> = fc.record({
  symbol: fc.oneof(
    text,
    fc.tuple(text, text).map((parts) => parts.join('/')),
  ),
  afterTradeId: fc.option(fc.oneof(text, fc.nat().map(String))),
  beforeTradeId: fc.option(fc.oneof(text, fc.nat().map(String))),
  fromTimestamp: fc.integer({ min: 0, max: 4e12 }),
  toTimestamp: fc.option(fc.integer({ min: 0, max: 4e12 })),
});

describe.each(venues.map((venue) => [venue.name, venue] as const))('%s', (_name, venue) => {
  test('whatever a symbol or an id is made of, a history request stays on its host and path', () => {
    const { origin } = new URL(venue.restUrl);
    const pathOf = (symbol: string): string =>
      new URL(venue.tradeHistory.firstRequest({ ...sane, symbol })?.path ?? '', origin).pathname;
    const depth = pathOf('BTC/USDT').split('/').length;
    fc.assert(
      fc.property(ranges, (range) => {
        let path: string;
        try {
          path = venue.tradeHistory.firstRequest(range)?.path ?? '/';
        } catch (error) {
          // An id that is no number is refused rather than guessed.
          if (error instanceof PermanentError || error instanceof SyntaxError) return;
          throw error;
        }
        expect(path).toMatch(/^\/[\x21-\x7e]*$/);
        const url = new URL(venue.restUrl + path);
        expect([url.origin, url.hash, url.username]).toEqual([origin, '', '']);
        if (path !== '/') expect(url.pathname.split('/')).toHaveLength(depth);
        // What a hostile text says ends up as a value, never as a parameter of its own.
        for (const key of url.searchParams.keys()) expect(key).toMatch(/^[A-Za-z_]+$/);
      }),
      { numRuns: RUNS },
    );
  });

  test.each(['[', '{"a":'])(
    'a frame nested 100,000 levels deep by %p gives no trade and no quote',
    (opening) => {
      const decoder = venue.createDecoder(SESSION_SYMBOLS);
      const deep = `${opening.repeat(100_000)}1${(opening === '[' ? ']' : '}').repeat(100_000)}`;
      for (const frame of [
        deep,
        `{"data":${deep}}`,
        `{"result":${deep},"params":${deep}}`,
        deep.slice(0, 150_000),
      ]) {
        const events = decoder.decode(frame, 0);
        expect(events.length).toBeGreaterThan(0);
        expect(events.filter(({ type }) => type === 'trade' || type === 'quote')).toEqual([]);
        // Whoever records or logs the event can write it.
        expect(JSON.stringify(events).length).toBeLessThan(10_000);
      }
    },
  );

  test('a REST answer nested 100,000 levels deep is refused or gives no trade', () => {
    const request = venue.tradeHistory.firstRequest(sane);
    if (request === null) throw new Error('the venue has no history');
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const body of [deep, `{"result":${deep}}`, `{"result":{"list":${deep}}}`]) {
      let trades: unknown = [];
      try {
        ({ trades } = venue.tradeHistory.decode(sane, request, body, {}, 0));
      } catch (error) {
        expect(error).toMatchObject({ message: expect.stringMatching(/^[A-Z].{0,1000}\.$/s) as string });
      }
      expect(trades).toEqual([]);
    }
  });

  test('symbols that nobody asked for, thousands of them, are told as such and kept nowhere', () => {
    const decoder = venue.createDecoder(['BTC/USDT']);
    const native = venue.nativeSymbol('BTC/USDT');
    const frames = sessionFrames(venue.name).filter((frame) => frame.includes(native));
    const frame = frames.find((candidate) =>
      venue
        .createDecoder(['BTC/USDT'])
        .decode(candidate, 0)
        .some(({ type }) => type === 'trade'),
    );
    if (frame === undefined) throw new Error('the session has no trade of BTC/USDT');
    const strange = (index: number): string => frame.replaceAll(native, `Z${index}${native}`);
    const before = retained(() => decoder.decode(strange(0), 0));
    const types = new Set<string>();
    const after = retained(() => {
      for (let index = 0; index < STRANGERS; index += 1)
        for (const { type } of decoder.decode(strange(index), 0)) types.add(type);
    });
    expect([...types]).not.toContain('trade');
    // One kept in a map takes more than 100 bytes.
    expect(after - before).toBeLessThan(50 * STRANGERS);
  }, 120_000);
});

test.each([
  '1',
  '0',
  '1.',
  '-',
  '1e',
  'e',
  '9'.repeat(15),
  '2026-01-01T00:00:00',
  '.',
  ':',
  ',1',
  '"',
  '\\',
  '\\"',
  ': ',
  '[',
  ' ',
])('100 KB of %p takes no more than linear work in every reader of foreign texts', (piece) => {
  // Backtracking would take minutes here; the suite's own limit is the only clock.
  const long = piece.repeat(SIZE / piece.length);
  for (const hostile of [
    long,
    `1${long}`,
    `${long}x`,
    `2026-01-01T00:00:00.${long}Z`,
    `{"a":${long}`,
    `{"a":"${long}`,
  ]) {
    readJson(hostile);
    readJson(`{"a":"${hostile}"}`);
    decimalValue(hostile, 'plain');
    decimalValue(hostile, 'scientific');
    inexactText(hostile, 1);
    for (const read of [rfc3339Ms, integerMs, microsecondsToMs, decimalSecondsToMs, tradeIdOf, requestIdOf])
      read(hostile);
    for (const venue of venues) venue.createDecoder(SESSION_SYMBOLS).decode(`{"topic":"${hostile}"}`, 0);
  }
});
