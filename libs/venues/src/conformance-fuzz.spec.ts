import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import * as fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFault } from './conformance/event-fault';
import { DAMAGE_KINDS, damaged, NASTY_CHARACTERS, NASTY_VALUES, type Damage } from './conformance/damage';
import { framesOf, SESSION_SYMBOLS } from './conformance/recordings';
import type { DecodedEvent } from './events';
import { venues } from './registry';
import type { HistoryRange } from './venue';

/** 10,000 damaged frames a venue; FUZZ_RUNS=10000 makes it 100,000. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_000);
const DAMAGES = 10;

const range: HistoryRange = {
  symbol: 'BTC/USDT',
  afterTradeId: '10',
  beforeTradeId: '5000',
  fromTimestamp: 1_789_387_200_000,
  toTimestamp: null,
};

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom(...DAMAGE_KINDS),
  where: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.nat(12),
  value: fc.constantFrom(...NASTY_VALUES),
  character: fc.constantFrom(...NASTY_CHARACTERS),
});

/** Some damages one after another, each to a frame by its index. */
const damagesTo = (frameCount: number) =>
  fc.array(fc.tuple(fc.nat(frameCount - 1), fc.array(damage, { minLength: 1, maxLength: 2 })), {
    minLength: DAMAGES,
    maxLength: DAMAGES,
  });

const withAll = (frame: string, list: readonly Damage[]) => list.reduce(damaged, frame);

const frameTexts = (file: string) =>
  existsSync(file) ? framesOf(readFileSync(file, 'utf8')).map(({ frame }) => frame) : [];

describe.each(venues.map((venue) => [venue.name, venue] as const))('%s', (name, venue) => {
  const session = frameTexts(join(__dirname, name, 'fixtures/session.jsonl'));
  const recorded = frameTexts(join(__dirname, '../../../../shared/data/frames', `${name}.jsonl`));
  const frames = [...session, ...recorded.filter(({ length }) => length < 3_000)];

  test('damaged frames never throw, never give a number that is none, never another symbol', () => {
    fc.assert(
      fc.property(damagesTo(frames.length), (damages) => {
        const decoder = venue.createDecoder(SESSION_SYMBOLS);
        for (const [index, list] of damages) {
          const events = decoder.decode(withAll(frames[index] ?? '', list), 0);
          if (events.length === 0) throw new Error('a frame gave no event');
          for (const event of events) {
            const fault = eventFault(event, name, SESSION_SYMBOLS);
            if (fault !== null) throw new Error(`${fault}: ${JSON.stringify(event)}`);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('every truncated frame is one event that is neither trade nor quote', () => {
    const decoder = venue.createDecoder(SESSION_SYMBOLS);
    const others = session
      .slice(0, 20)
      .flatMap((frame) =>
        Array.from({ length: frame.length }, (_, length) => decoder.decode(frame.slice(0, length), 0)).filter(
          ([event, ...more]) => event?.type !== 'invalid' || more.length > 0,
        ),
      );
    expect(others).toEqual([]);
  });

  test('damaged frames of one symbol leave what is known of another untouched', () => {
    const other = venue.nativeSymbol('ETH/USDT');
    const ours = session.filter((frame) => frame.includes(other));
    const theirs = frames.filter((frame) => !frame.includes(other));
    const events = (decode: (frame: string) => DecodedEvent[]) =>
      ours.flatMap(decode).filter((event) => 'symbol' in event && event.symbol === 'ETH/USDT');
    const alone = venue.createDecoder(SESSION_SYMBOLS);
    const expected = events((frame) => alone.decode(frame, 0));
    expect(expected.length).toBeGreaterThan(20);
    fc.assert(
      fc.property(damagesTo(theirs.length), (damages) => {
        const decoder = venue.createDecoder(SESSION_SYMBOLS);
        const found = events((frame) => {
          for (const [index, list] of damages) {
            const text = withAll(theirs[index] ?? '', list);
            if (!text.includes(other)) decoder.decode(text, 0);
          }
          return decoder.decode(frame, 0);
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  test('the order of keys does not matter and a repeated key counts by its last value', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, field]) => [key, reversed(field)]),
            )
          : value;
    const plain = session.filter((frame) => !/\d{16}/.test(frame));
    const decode = (list: string[]) => {
      const decoder = venue.createDecoder(SESSION_SYMBOLS);
      return list.flatMap((frame) => decoder.decode(frame, 0)).filter(({ type }) => type !== 'unknown');
    };
    expect(decode(plain.map((frame) => JSON.stringify(reversed(JSON.parse(frame)))))).toEqual(decode(plain));
    expect(decode(plain.map((frame) => frame.replace(/^\{("\w+"):/, '{$1:"first",$1:')))).toEqual(
      decode(plain),
    );
  });

  test('keys that reach into prototypes stay data', () => {
    const decoder = venue.createDecoder(SESSION_SYMBOLS);
    for (const frame of session)
      for (const key of ['__proto__', 'constructor', 'prototype'])
        decoder.decode(frame.replace('{', `{"${key}":{"polluted":true},`), 0);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a REST answer that is no history or no list is refused with a sentence, never another error', () => {
    const request = venue.tradeHistory.firstRequest(range);
    if (request === null) throw new Error('the venue cannot serve a range of ids');
    const parts = fc.constantFrom(
      '',
      '{}',
      '[]',
      'null',
      '{"result":{}}',
      '{"retCode":0,"result":{"list":[{}]}}',
      '[{}]',
    );
    fc.assert(
      fc.property(fc.oneof(parts, fc.json(), fc.string()), (body) => {
        for (const decode of [
          () => venue.tradeHistory.decode(range, request, body, {}, 0).trades,
          () => venue.instruments.decode(body),
        ]) {
          try {
            expect(decode()).toEqual([]);
          } catch (error) {
            if (!(error instanceof PermanentError || error instanceof RetryableError)) throw error;
            expect(error.message).toMatch(/^[A-Z].*\.$/s);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
