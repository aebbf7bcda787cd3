import fc from 'fast-check';
import { derivedFault, type ProcessedTick, processedTickSchema } from './processed-tick';
import { type RawTick, rawTickSchema } from './raw-tick';
import { rawTickFault } from './tick-check';

const exchange = fc.constantFrom('binance', 'a1', 'abcdefghijklmnopqrstuvwx');
const symbol = fc.constantFrom('BTC/USDT', 'A/B', '1INCH/USD', '000000000000000000000000/USDT');
const instant = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const positive = fc.oneof(
  fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
  fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 1_000),
);
const tradeId = fc.bigInt({ min: 0n, max: 10n ** 40n - 1n }).map(String);

/** Raw ticks that hold to their schema. */
const rawTicks: fc.Arbitrary<RawTick> = fc
  .record({
    exchange,
    symbol,
    quote: fc.option(fc.tuple(positive, positive, instant)),
    last: positive,
    volume: positive,
    timestamp: instant,
    tradeId,
    takerSide: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
    receivedAt: instant,
    backfilled: fc.boolean(),
    texts: fc.option(fc.constantFrom('0.1', '9'.repeat(64))),
  })
  .map(({ quote, texts, ...tick }) => ({
    ...tick,
    bid: quote ? Math.min(quote[0], quote[1]) : tick.last,
    ask: quote ? Math.max(quote[0], quote[1]) : tick.last,
    quoted: quote !== null,
    quotedAt: quote ? quote[2] : null,
    ...(texts === null ? {} : { inexact: true as const, priceText: texts, volumeText: texts }),
  }));

/** Processed ticks that hold to their schema. */
const processedTicks: fc.Arbitrary<ProcessedTick> = fc
  .tuple(rawTicks, positive, fc.oneof(fc.constant(0), positive))
  .map(([tick, mid, spread]) => ({ ...tick, mid, spread, spreadBps: spread }));

/** Values that a field must not quietly take. */
const oddValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[
      undefined,
      null,
      '',
      '1',
      '0x1',
      '01',
      'BTC/USDT',
      'btc/usdt',
      'binance',
      'buy',
      '1'.repeat(41),
      ' '.repeat(65),
    ],
    ...[0, -0, -1, 1, 1.5, 2 ** 53, 1e-320, Infinity, -Infinity, NaN, true, false],
  ),
  fc.constantFrom<unknown>([], [1], {}, '1m', new Date(0)),
  fc.anything(),
);

const RAW_FIELDS = Object.keys(rawTickSchema.shape);
const PROCESSED_FIELDS = [...RAW_FIELDS, 'mid', 'spread', 'spreadBps'];

/** A valid record with up to three fields replaced or taken away. */
function spoilt(records: fc.Arbitrary<object>, fields: readonly string[]): fc.Arbitrary<object> {
  const change = fc.record({ field: fc.constantFrom(...fields), value: oddValues, away: fc.boolean() });
  return fc.tuple(records, fc.array(change, { maxLength: 3 })).map(([record, changes]) => {
    const copy: Record<string, unknown> = { ...record };
    for (const { field, value, away } of changes) {
      if (away) delete copy[field];
      else copy[field] = value;
    }
    return copy;
  });
}

const RUNS = { numRuns: 1_000 };

describe('the hand-written check of ticks', () => {
  it('accepts every raw tick that holds to the schema', () => {
    fc.assert(
      fc.property(rawTicks, (tick) => {
        expect(rawTickFault(tick)).toBeNull();
        expect(rawTickSchema.safeParse(tick).success).toBe(true);
      }),
    );
  });

  it('has the same answer as the schema for raw ticks with wrong, odd or absent fields', () => {
    fc.assert(
      fc.property(spoilt(rawTicks, RAW_FIELDS), (tick) => {
        expect(rawTickFault(tick) === null).toBe(rawTickSchema.safeParse(tick).success);
      }),
      RUNS,
    );
  });

  it('has the same answer as the schema for the figures that a processed tick adds', () => {
    fc.assert(
      fc.property(spoilt(processedTicks, PROCESSED_FIELDS), (tick) => {
        const fault = rawTickFault(tick) ?? derivedFault(tick as never);
        expect(fault === null).toBe(processedTickSchema.safeParse(tick).success);
      }),
      RUNS,
    );
  });

  it('has the same answer as the schema for anything else, and never throws', () => {
    fc.assert(
      fc.property(oddValues, (value) => {
        expect(rawTickFault(value) === null).toBe(rawTickSchema.safeParse(value).success);
      }),
    );
  });

  it.each([
    ['a bid above the ask', { bid: 2, ask: 1, quoted: true, quotedAt: 5 }],
    ['a bid other than the last price without a quote', { bid: 1 }],
    ['an ask other than the last price without a quote', { ask: 3 }],
    ['a quote without its time', { quoted: true }],
    ['the time of a quote that there is not', { quotedAt: 5 }],
  ])('refuses %s, as the schema does', (_, fields) => {
    const tick = {
      exchange: 'binance',
      symbol: 'BTC/USDT',
      bid: 2,
      ask: 2,
      last: 2,
      volume: 1,
      timestamp: 1,
      tradeId: '1',
      takerSide: 'buy',
      receivedAt: 1,
      quoted: false,
      quotedAt: null,
      backfilled: false,
    };
    expect(rawTickFault(tick)).toBeNull();
    expect(rawTickFault({ ...tick, ...fields })).not.toBeNull();
    expect(rawTickSchema.safeParse({ ...tick, ...fields }).success).toBe(false);
  });

  it('names the field that is wrong', () => {
    fc.assert(
      fc.property(rawTicks, (tick) => {
        expect(rawTickFault({ ...tick, last: '1' })).toBe('last is not a finite number above zero');
        expect(rawTickFault({ ...tick, tradeId: 7 })).toBe('tradeId is not decimal digits');
        expect(rawTickFault({ ...tick, timestamp: 1.5 })).toBe(
          'timestamp is not whole milliseconds since 1970',
        );
      }),
    );
  });

  it.each([
    ['mid', '5'],
    ['spread', null],
    ['spreadBps', ''],
  ])('a derived %s of %j is no number, though it compares like one', (field, value) => {
    const figures = { mid: 5, spread: 0, spreadBps: 0, [field]: value };
    expect(derivedFault(figures as never)).toMatch(new RegExp(`^${field} is not a finite number`));
  });
});
