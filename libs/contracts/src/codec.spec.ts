import fc from 'fast-check';
import { type BatchKind, decodeBatch, encodeBatch, recordFault } from './codec';
import { PermanentError } from './errors';
import type { Candle } from './candle';
import type { Clock } from './clock';
import { type Gap, gapIdOf } from './gap';
import type { MlSignal } from './ml-signal';
import type { ProcessedTick } from './processed-tick';
import type { RawTick } from './raw-tick';
import type { SignalOutcome } from './signal-outcome';
import type { ComponentStatus } from './status';

const exchange = fc.constantFrom('binance', 'a1', 'abcdefghijklmnopqrstuvwx');
const symbol = fc.constantFrom('BTC/USDT', 'A/B', '1INCH/USD', '000000000000000000000000/USDT');
const instant = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const positive = fc.oneof(
  fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
  fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 1_000),
);
const tradeId = fc.bigInt({ min: 0n, max: 10n ** 40n - 1n }).map(String);

const rawTicks: fc.Arbitrary<RawTick> = fc
  .record({
    exchange,
    symbol,
    last: positive,
    volume: positive,
    timestamp: instant,
    tradeId,
    takerSide: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
    receivedAt: instant,
    backfilled: fc.boolean(),
  })
  .map((tick) => ({ ...tick, bid: tick.last, ask: tick.last, quoted: false, quotedAt: null }));

const processedTicks: fc.Arbitrary<ProcessedTick> = rawTicks.map((tick) => ({
  ...tick,
  mid: tick.last,
  spread: 0,
  spreadBps: 0,
}));

const gaps: fc.Arbitrary<Gap> = fc
  .record({
    exchange,
    symbol,
    afterTradeId: fc.option(tradeId),
    beforeTradeId: fc.option(tradeId),
    fromTimestamp: fc.integer({ min: 0, max: 10 ** 13 }),
    lengthMs: fc.option(fc.integer({ min: 0, max: 10 ** 10 })),
    missing: fc.option(fc.nat()),
    cause: fc.constantFrom(
      'disconnect' as const,
      'sequence' as const,
      'heartbeat' as const,
      'dropped' as const,
      'backpressure' as const,
      'restart' as const,
    ),
    status: fc.constantFrom('open' as const, 'filled' as const, 'unfillable' as const),
  })
  .map(({ lengthMs, ...gap }) => ({
    gapId: gapIdOf(gap),
    ...gap,
    toTimestamp: lengthMs === null ? null : gap.fromTimestamp + lengthMs,
  }));

/** JSON has no negative zero. */
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));

const clocks: fc.Arbitrary<Clock> = fc.record({
  exchange,
  symbols: fc.array(symbol, { minLength: 1, maxLength: 4 }),
  timestamp: instant,
  offsetMs: double,
});

const candles: fc.Arbitrary<Candle> = fc
  .record({
    exchange,
    symbol,
    timeframe: fc.constantFrom('1m', '15m', '1h', '1d'),
    timestamp: instant,
    prices: fc.tuple(positive, positive, positive, positive),
    volume: positive,
    trades: fc.integer({ min: 1, max: 10 ** 6 }),
    vwap: positive,
    revision: fc.integer({ min: -1, max: 5 }),
    epoch: fc.nat(),
    complete: fc.boolean(),
  })
  .map(({ prices, revision, ...candle }) => {
    const [low, open, close, high] = prices.sort((a, b) => a - b);
    const state = revision === -1 ? 'partial' : revision === 0 ? 'final' : 'revised';
    return { ...candle, low, open, close, high, revision, state };
  });

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const positiveCount = fc.integer({ min: 1, max: 10 ** 6 });

/** What a record must not quietly be. */
const oddValues = fc.oneof(
  fc.constantFrom<unknown>(null, 1, 'x', [], {}, { gapId: 1 }, { symbols: [] }),
  fc.anything(),
);

const signals: fc.Arbitrary<MlSignal> = fc
  .record({
    exchange,
    symbol,
    timeframe: fc.constantFrom('1m', '15m', '1h', '1d'),
    signalType: fc.constantFrom('buy' as const, 'hold' as const, 'sell' as const),
    riskLevel: fc.constantFrom('low' as const, 'medium' as const, 'high' as const, 'critical' as const),
    confidence: unit,
    weights: fc.tuple(positiveCount, positiveCount, positiveCount),
    riskScore: unit,
    inferenceTimeMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
    modelVersion: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 16 }),
    timestamp: instant,
  })
  .map(({ weights: [buy, hold, sell], ...signal }) => {
    const sum = buy + hold + sell;
    return { ...signal, probBuy: buy / sum, probHold: hold / sum, probSell: sell / sum };
  });

const NO_FIGURES = {
  entryPrice: null,
  exitPrice: null,
  returnBps: null,
  maxAdverseBps: null,
  maxFavourableBps: null,
};
const outcomes: fc.Arbitrary<SignalOutcome> = fc
  .record({
    exchange,
    symbol,
    timeframe: fc.constantFrom('1m', '15m', '1h', '1d'),
    modelVersion: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 16 }),
    signalType: fc.constantFrom('buy' as const, 'hold' as const, 'sell' as const),
    timestamp: fc.integer({ min: 0, max: 10 ** 13 }),
    horizonMs: fc.integer({ min: 1, max: 10 ** 10 }),
    figures: fc.record({
      entryPrice: positive,
      exitPrice: positive,
      returnBps: double,
      maxAdverseBps: unit,
      maxFavourableBps: unit,
    }),
    status: fc.constantFrom('hit' as const, 'miss' as const, 'unjudged' as const),
  })
  .map(({ figures, horizonMs, ...signal }) => ({
    ...signal,
    horizonTimestamp: signal.timestamp + horizonMs,
    ...(signal.status === 'unjudged' ? NO_FIGURES : figures),
  }));

const statuses: fc.Arbitrary<ComponentStatus> = fc.record({
  component: fc.string({ minLength: 1, maxLength: 64 }),
  state: fc.constantFrom('up' as const, 'degraded' as const, 'down' as const),
  detail: fc.string({ unit: 'grapheme', maxLength: 100 }),
  figures: fc.dictionary(fc.string({ maxLength: 64 }), double, {
    maxKeys: 100,
    noNullPrototype: true,
  }),
  timestamp: instant,
});

const KINDS: Readonly<Record<BatchKind, fc.Arbitrary<object>>> = {
  raw: fc.oneof(rawTicks, gaps, clocks),
  ticks: processedTicks,
  candles,
  signals,
  outcomes,
  gaps,
  status: statuses,
};
const kinds = Object.entries(KINDS) as [BatchKind, fc.Arbitrary<object>][];

function message(body: string, headers: Record<string, unknown> = { schema: 'raw', schemaVersion: 1 }) {
  return { body: Buffer.from(body), contentType: 'application/json', headers };
}

function reasonOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof PermanentError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

describe('batches on the wire', () => {
  it.each(kinds)('a batch of %s comes back as it was, to the last bit', (kind, records) => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 5 }), (batch) => {
        const encoded = encodeBatch(kind, batch as never[]);
        expect(encoded.headers).toEqual({ schema: kind, schemaVersion: 1 });
        expect(decodeBatch(kind, encoded)).toEqual({ records: batch, faults: [] });
      }),
    );
  });

  it('a bad record is told apart from the good ones around it, which keep their order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(KINDS.raw, oddValues), { maxLength: 8 }), (values) => {
        const batch = JSON.parse(JSON.stringify(values)) as unknown[];
        const { records, faults } = decodeBatch('raw', message(JSON.stringify(batch)));
        const good = batch.filter((value) => recordFault('raw', value) === null);
        expect(records).toEqual(good);
        expect(faults.map(({ value }) => value)).toEqual(
          batch.filter((value) => recordFault('raw', value) !== null),
        );
        expect(faults.every(({ fault }) => fault.length > 0)).toBe(true);
      }),
    );
  });

  it('no value makes the check of a record throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds.map(([kind]) => kind)), oddValues, (kind, value) => {
        const fault = recordFault(kind, value);
        expect(fault === null || fault.length > 0).toBe(true);
      }),
    );
  });

  it('a body that is a view into a larger buffer is read within its bounds', () => {
    const whole = Buffer.from('xx[]yy');
    expect(decodeBatch('raw', { ...message(''), body: whole.subarray(2, 4) })).toEqual({
      records: [],
      faults: [],
    });
  });

  it.each([
    [
      'another kind',
      message('[]', { schema: 'ticks', schemaVersion: 1 }),
      'unknown-kind: A batch of raw was expected, not of ticks.',
    ],
    ['no kind', message('[]', {}), 'unknown-kind: A batch of raw was expected, not of undefined.'],
    [
      'a later version',
      message('[]', { schema: 'raw', schemaVersion: 2 }),
      'unknown-schema: Schema version 2 of raw as application/json is not known here.',
    ],
    [
      'a version as text',
      message('[]', { schema: 'raw', schemaVersion: '1' }),
      'unknown-schema: Schema version 1 of raw as application/json is not known here.',
    ],
    [
      'another content type',
      { ...message('[]'), contentType: 'application/msgpack' },
      'unknown-schema: Schema version 1 of raw as application/msgpack is not known here.',
    ],
    ['no JSON', message('[1'), 'malformed: The body of a batch of raw is not JSON.'],
    ['no array', message('{}'), 'malformed: The body of a batch of raw is not an array.'],
  ])('%s: the message as a whole is refused with a reason', (_, bad, sentence) => {
    expect(reasonOf(() => decodeBatch('raw', bad))).toBe(sentence);
  });
});
