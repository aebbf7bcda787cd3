import fc from 'fast-check';
import type { Candle, RawRecord, RawTick } from '@neuraltrade/contracts';
import { DEFAULT_PROCESSING, type ProcessingConfig } from './config';
import { createProcessing } from './processing';
import { referenceCandles } from './reference-candle';
import { Collected, MIDNIGHT, resultOf, sampleClock, sampleGap, sampleTick } from './sample-records';

const TIMEFRAMES = { '1s': 1_000, '5s': 5_000, '1m': 60_000 };
const LATENESS = 500;
/** Small windows, so that short runs reach every rule. */
const SMALL: ProcessingConfig = {
  timeframes: Object.keys(TIMEFRAMES),
  allowedLatenessMs: LATENESS,
  revisionHorizonMs: 4_000,
  maxFutureSkewMs: 5_000,
  dedupeWindowIds: 8,
  dedupeWindowMs: 3_000,
  maxSymbols: 10,
};
/** The same, with nothing ever beyond the horizon. */
const PATIENT: ProcessingConfig = { ...SMALL, revisionHorizonMs: 86_400_000, dedupeWindowIds: 100_000 };

const price = fc.integer({ min: 1, max: 99_999 }).map((cents) => cents / 100);
const volume = fc.oneof(
  fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 10 ** 8),
  fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
);

/** Trades of three symbols in the order of their ids and times; one symbol's ids are long and have holes. */
const market = fc
  .array(
    fc.record({
      place: fc.constantFrom(
        { exchange: 'binance', symbol: 'BTC/USDT', base: 100n, step: 1n },
        { exchange: 'binance', symbol: 'ETH/USDT', base: 7n, step: 1n },
        { exchange: 'bybit', symbol: 'BTC/USDT', base: 2_290_000_000_000_000_000n, step: 3n },
      ),
      afterMs: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 700 })),
      price,
      volume,
      takerSide: fc.constantFrom('buy' as const, 'sell' as const, 'unknown' as const),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map((steps) => {
    let timestamp = MIDNIGHT;
    return steps.map(({ place, afterMs, price: last, volume: size, takerSide }, index): RawTick => {
      timestamp += afterMs;
      const tradeId = String(place.base + place.step * BigInt(index));
      const { exchange, symbol } = place;
      return sampleTick({ exchange, symbol, timestamp, tradeId, last, volume: size, takerSide });
    });
  });

/** A market and an order in which its trades may arrive, none later than the allowed lateness. */
const disordered = market.chain((trades) =>
  fc
    .array(fc.integer({ min: 0, max: LATENESS }), { minLength: trades.length, maxLength: trades.length })
    .map((delays) => ({
      trades,
      arrival: trades
        .map((trade, index) => ({ trade, at: trade.timestamp + (delays[index] as number) }))
        .sort((a, b) => a.at - b.at)
        .map(({ trade }) => trade),
    })),
);

function sortedLines(candles: Iterable<Candle>): string[] {
  return [...candles].map((candle) => JSON.stringify(candle)).sort();
}

function contentOf({ open, high, low, close, volume: size, trades, vwap }: Candle) {
  return { open, high, low, close, volume: size, trades, vwap };
}

describe('candles of a partition', () => {
  it('equal the exact reference in every field', () => {
    fc.assert(
      fc.property(disordered, ({ trades, arrival }) => {
        const latest = resultOf(SMALL, arrival).latest();
        const contents = new Map([...latest].map(([key, candle]) => [key, contentOf(candle)]));
        expect(contents).toEqual(referenceCandles(trades, TIMEFRAMES));
      }),
    );
  });

  it('are the same bytes for any arrival order within the allowed lateness, each published once', () => {
    fc.assert(
      fc.property(disordered, ({ trades, arrival }) => {
        const { candles } = resultOf(SMALL, arrival);
        expect(candles.every(({ revision }) => revision === 0)).toBe(true);
        expect(sortedLines(candles)).toEqual(sortedLines(resultOf(SMALL, trades).candles));
      }),
    );
  });

  it('have the same content for any arrival order within the horizon, in their highest revision', () => {
    const anyOrder = market.chain((trades) =>
      fc.tuple(
        fc.constant(trades),
        fc.shuffledSubarray(trades, { minLength: trades.length, maxLength: trades.length }),
      ),
    );
    fc.assert(
      fc.property(anyOrder, ([trades, arrival]) => {
        const contents = [...resultOf(PATIENT, arrival).latest()].map(
          ([key, candle]) => [key, contentOf(candle)] as const,
        );
        expect(new Map(contents)).toEqual(referenceCandles(trades, TIMEFRAMES));
      }),
    );
  });

  it('do not change by repeats of trades, however late and whatever they say', () => {
    const repeats = fc.array(
      fc.record({ of: fc.nat(), behind: fc.nat(200), price, shiftMs: fc.integer({ min: 0, max: 90_000 }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(disordered, repeats, ({ arrival }, list) => {
        const records = [...arrival];
        for (const { of, behind, price: last, shiftMs } of list) {
          const at = of % records.length;
          const copy = records[at] as RawTick;
          const timestamp = copy.timestamp + shiftMs;
          records.splice(at + 1 + behind, 0, {
            ...copy,
            last,
            bid: last,
            ask: last,
            timestamp,
            receivedAt: timestamp,
          });
        }
        const plain = resultOf(PATIENT, arrival);
        const repeated = resultOf(PATIENT, records);
        expect(repeated.candles).toEqual(plain.candles);
        expect(repeated.ticks).toEqual(plain.ticks);
        expect(repeated.gaps).toEqual([]);
      }),
    );
  });
});

/** Everything that can come: trades late by any amount, repeats, conflicts, gaps of every status, clocks, nonsense. */
const turmoil = disordered.chain(({ arrival }) => {
  const intruder = fc.oneof(
    fc.record({
      kind: fc.constant('late' as const),
      id: fc.integer({ min: 1, max: 400 }),
      backMs: fc.integer({ min: 0, max: 20_000 }),
      backfilled: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('repeat' as const), of: fc.nat(), price }),
    fc.record({ kind: fc.constant('clock' as const), aheadMs: fc.integer({ min: -2_000, max: 9_000 }) }),
    fc.record({
      kind: fc.constant('gap' as const),
      status: fc.constantFrom('open' as const, 'filled' as const, 'unfillable' as const),
      afterTradeId: fc.constantFrom(null, '100', '110'),
      backMs: fc.integer({ min: 0, max: 9_000 }),
      lengthMs: fc.option(fc.integer({ min: 0, max: 4_000 })),
    }),
    fc.record({ kind: fc.constant('nonsense' as const), timestamp: fc.constantFrom(1, MIDNIGHT + 10 ** 9) }),
  );
  return fc.array(fc.record({ at: fc.nat(), what: intruder }), { maxLength: 40 }).map((list): RawRecord[] => {
    const records: RawRecord[] = [...arrival];
    for (const { at, what } of list) {
      const position = at % (records.length + 1);
      const near = arrival[at % arrival.length] as RawTick;
      const { exchange, symbol } = near;
      records.splice(position, 0, intrude(what, near, { exchange, symbol }));
    }
    return records;
  });

  type Intruder = (typeof intruder extends fc.Arbitrary<infer T> ? T : never) & object;
  function intrude(what: Intruder, near: RawTick, place: { exchange: string; symbol: string }): RawRecord {
    switch (what.kind) {
      case 'late': {
        const timestamp = near.timestamp - what.backMs;
        return { ...near, tradeId: String(what.id), timestamp, backfilled: what.backfilled };
      }
      case 'repeat':
        return { ...(arrival[what.of % arrival.length] as RawTick), last: what.price };
      case 'clock':
        return sampleClock(near.timestamp + what.aheadMs, {
          exchange: near.exchange,
          symbols: ['ETH/USDT', 'BTC/USDT'],
        });
      case 'gap': {
        const fromTimestamp = near.timestamp - what.backMs;
        const toTimestamp = what.lengthMs === null ? null : fromTimestamp + what.lengthMs;
        const { status, afterTradeId } = what;
        return sampleGap({ ...place, fromTimestamp, toTimestamp, status, afterTradeId });
      }
      case 'nonsense':
        return { ...near, tradeId: '77', timestamp: what.timestamp, receivedAt: MIDNIGHT };
    }
  }
});

function outputsOf({ ticks, candles, gaps, refused }: Collected) {
  return { ticks, candles, gaps, refused };
}

describe('what is handed out depends on the records in their order alone', () => {
  it('not on how they are cut into batches, nor on partials() and exportState() between them', () => {
    fc.assert(
      fc.property(turmoil, fc.array(fc.nat(30), { maxLength: 20 }), (records, sizes) => {
        const whole = resultOf(SMALL, records);
        const processing = createProcessing(SMALL, 7);
        const outputs = new Collected();
        let from = 0;
        for (const size of [...sizes, records.length]) {
          processing.apply(records.slice(from, from + size), outputs);
          from += size;
          processing.partials();
          processing.exportState();
        }
        processing.finish(outputs);
        expect(outputsOf(outputs)).toEqual(outputsOf(whole));
      }),
    );
  });

  it('not on where the run was stopped and continued from its exported state', () => {
    fc.assert(
      fc.property(turmoil, fc.array(fc.nat(100), { maxLength: 3 }), (records, cuts) => {
        const whole = resultOf(SMALL, records);
        const outputs = new Collected();
        let processing = createProcessing(SMALL, 7);
        let counted = 0;
        records.forEach((record, index) => {
          if (cuts.includes(index)) {
            counted += conflicts(processing);
            processing = createProcessing(SMALL, 7, processing.exportState());
          }
          processing.apply([record], outputs);
        });
        const state = processing.exportState();
        processing.finish(outputs);
        expect(outputsOf(outputs)).toEqual(outputsOf(whole));
        expect(state).toBe(resultOf(SMALL, records, false).processing.exportState());
        expect(counted + conflicts(processing)).toBe(conflicts(whole.processing));
      }),
    );
  });

  function conflicts({ counters }: ReturnType<typeof createProcessing>): number {
    return [...counters.values()].reduce((sum, { repeated }) => sum + repeated.conflict, 0);
  }

  it('and every publication follows the one before it: final, then revision 1, 2 and so on', () => {
    fc.assert(
      fc.property(turmoil, (records) => {
        const next = new Map<string, number>();
        for (const candle of resultOf(SMALL, records).candles) {
          const key = `${candle.exchange}:${candle.symbol}:${candle.timeframe}:${candle.timestamp}`;
          expect(candle.revision).toBe(next.get(key) ?? 0);
          next.set(key, candle.revision + 1);
        }
      }),
    );
  });

  it('and every distinct trade is handed out, in one candle a timeframe or else in a gap of its own', () => {
    fc.assert(
      fc.property(turmoil, (records) => {
        const { ticks, gaps: all, processing, ...run } = resultOf(SMALL, records);
        // The others close what an adapter announced and never closed.
        const gaps = all.filter(({ cause }) => cause === 'dropped');
        const lost = new Set(gaps.map((gap) => `${gap.exchange}:${gap.symbol}:${gap.fromTimestamp}`));
        const latest = [...Collected.prototype.latest.call(run).values()];
        for (const timeframe of SMALL.timeframes) {
          const merged = latest
            .filter((candle) => candle.timeframe === timeframe)
            .reduce((sum, { trades }) => sum + trades, 0);
          const outside = ticks.filter((tick) =>
            lost.has(`${tick.exchange}:${tick.symbol}:${tick.timestamp}`),
          ).length;
          expect(merged).toBeLessThanOrEqual(ticks.length);
          expect(merged).toBeGreaterThanOrEqual(ticks.length - outside);
        }
        const unmerged = [...processing.counters.values()].reduce((sum, { late }) => sum + late.unmerged, 0);
        expect(gaps.length).toBe(unmerged);
      }),
    );
  });
});

describe('a gap that is filled', () => {
  it('leaves the same final candles as no gap, apart from the revision, however late it is filled', () => {
    const holed = market.chain((all) => {
      const trades = all.filter(({ exchange, symbol }) => exchange === 'binance' && symbol === 'BTC/USDT');
      return fc.record({
        trades: fc.constant(trades),
        from: fc.integer({ min: 1, max: Math.max(1, trades.length - 1) }),
        count: fc.integer({ min: 1, max: 30 }),
        filledAfter: fc.nat(60),
      });
    });
    fc.assert(
      fc.property(holed, ({ trades, from, count, filledAfter }) => {
        fc.pre(trades.length > from + count);
        const last = trades[from - 1] as RawTick;
        const next = trades[from + count] as RawTick;
        const gap = sampleGap({ afterTradeId: last.tradeId, fromTimestamp: last.timestamp });
        const filled = { ...gap, toTimestamp: next.timestamp, status: 'filled' as const };
        const missing = trades.slice(from, from + count).map((trade) => ({ ...trade, backfilled: true }));
        const rest = trades.slice(from + count);
        const records = [
          ...trades.slice(0, from),
          gap,
          ...rest.slice(0, filledAfter),
          ...missing,
          filled,
          ...rest.slice(filledAfter),
        ];
        const withGap = [...resultOf(SMALL, records).latest().values()];
        const without = [...resultOf(SMALL, trades).latest().values()];
        const plain = (candle: Candle) => ({ ...candle, revision: 0, state: 'final' as const });
        expect(sortedLines(withGap.map(plain))).toEqual(sortedLines(without.map(plain)));
        expect(resultOf(SMALL, records).gaps).toEqual([]);
      }),
    );
  });
});

describe('the default configuration', () => {
  it('is the one of the operations contract', () => {
    expect(DEFAULT_PROCESSING).toEqual({
      timeframes: ['1m', '5m', '15m', '1h'],
      allowedLatenessMs: 2_000,
      revisionHorizonMs: 600_000,
      maxFutureSkewMs: 5_000,
      dedupeWindowIds: 100_000,
      dedupeWindowMs: 900_000,
      maxSymbols: 2_000,
    });
  });
});
