import type { Candle } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { mean, sampleStandardDeviation, zScore } from 'simple-statistics';
import { IBS, ROC, RSI, SMA, VWMA, WilliamsR } from 'trading-signals';
import { candleOf, drawsOf, FIRST_OPEN, MINUTE, walkOf } from '../testing/candles';
import type { FeatureResult } from './feature-row';
import { featureIndex, type FeatureName, FEATURES, WARM_UP_CANDLES } from './feature-schema';
import { SymbolFeatures } from './symbol-features';

/** Everything that a series of candles gave, in their order. */
function resultsOf(candles: readonly Candle[], features = new SymbolFeatures('1m')): FeatureResult[] {
  return candles.map((candle) => features.add(candle));
}

/** What became of each candle, in a word. */
function wordsOf(candles: readonly Candle[], features?: SymbolFeatures): string[] {
  return resultsOf(candles, features).map((result) => (result.row === null ? result.reason : 'row'));
}

/** The features that end with the last of these candles; fails when there are none. */
function lastOf(candles: readonly Candle[]): Float64Array {
  const row = resultsOf(candles).at(-1)?.row ?? null;
  if (row === null) throw new Error('The last candle gave no row.');
  return row.values;
}

const WALK = walkOf(200, 3);
const closes = WALK.map(({ close }) => close);
const newest = (count: number): Candle[] => WALK.slice(-count);
const returns = closes.slice(1).map((close, index) => Math.log(close / (closes[index] as number)));

describe('each feature is what its formula says', () => {
  const row = lastOf(WALK);
  const value = (name: FeatureName): number => row[featureIndex(name)] as number;
  const last = WALK.at(-1) as Candle;

  test.each([1, 5, 15, 30] as const)('logReturn%i, by a maintained reference', (n) => {
    const reference = new ROC(n);
    for (const close of closes) reference.update(close, false);
    expect(value(`logReturn${n}`)).toBeCloseTo(Math.log(1 + reference.getResultOrThrow()), 12);
  });

  test.each([10, 30] as const)('volatility%i, by a maintained reference', (n) => {
    expect(value(`volatility${n}`)).toBeCloseTo(sampleStandardDeviation(returns.slice(-n)), 12);
  });

  test('volumeZScore30, by a maintained reference', () => {
    const volumes = newest(30).map(({ volume }) => Math.log(volume));
    const expected = zScore(Math.log(last.volume), mean(volumes), sampleStandardDeviation(volumes));
    expect(value('volumeZScore30')).toBeCloseTo(expected, 10);
  });

  test('rsi14, by a maintained reference', () => {
    const reference = new RSI(14, SMA);
    for (const close of closes) reference.update(close, false);
    expect(value('rsi14') * 100).toBeCloseTo(reference.getResultOrThrow(), 8);
  });

  test('vwapDistance30, by a maintained reference', () => {
    const reference = new VWMA(30);
    for (const candle of WALK) reference.update({ ...candle, close: candle.vwap }, false);
    expect(value('vwapDistance30')).toBeCloseTo(Math.log(last.close / reference.getResultOrThrow()), 12);
  });

  test('spread30 is the estimator of Abdi and Ranaldo (2017), two-day corrected', () => {
    const days = newest(31).map(({ close, high, low }) => ({
      close: Math.log(close),
      middle: (Math.log(high) + Math.log(low)) / 2,
    }));
    const estimates = days.slice(1).map((next, index) => {
      const day = days[index] as (typeof days)[number];
      return Math.sqrt(Math.max(4 * (day.close - day.middle) * (day.close - next.middle), 0));
    });
    expect(value('spread30')).toBeCloseTo(mean(estimates), 12);
  });

  test('rangePosition30 and closeLocation, by a maintained reference', () => {
    const [fromHighest, inBar] = [new WilliamsR(30), new IBS()];
    for (const candle of WALK) {
      fromHighest.update(candle, false);
      inBar.update(candle, false);
    }
    expect(value('rangePosition30')).toBeCloseTo(1 + fromHighest.getResultOrThrow() / 100, 12);
    expect(value('closeLocation')).toBeCloseTo(2 * inBar.getResultOrThrow() - 1, 12);
  });

  test('time of day goes round in a day and is that of the close', () => {
    const closeTime = new Date(last.timestamp + MINUTE);
    const hours = closeTime.getUTCHours() + closeTime.getUTCMinutes() / 60;
    expect(value('timeOfDaySin')).toBeCloseTo(Math.sin((hours / 12) * Math.PI), 12);
    expect(value('timeOfDayCos')).toBeCloseTo(Math.cos((hours / 12) * Math.PI), 12);
  });
});

test('a price that only jumps between bid and ask has exactly that spread', () => {
  const half = 0.0004;
  const candles = walkOf(40).map((candle, index) => ({
    ...candle,
    high: 100 * Math.exp(half),
    low: 100 * Math.exp(-half),
    close: 100 * Math.exp(index % 3 === 0 ? half : -half),
  }));
  expect(lastOf(candles)[featureIndex('spread30')]).toBeCloseTo(2 * half, 12);
});

test('a market in which nothing moves has features, all of them numbers', () => {
  const still = walkOf(40).map((candle) => ({
    ...candle,
    ...{ open: 7, high: 7, low: 7, close: 7, vwap: 7, volume: 3 },
  }));
  const row = lastOf(still);
  expect([...row].every(Number.isFinite)).toBe(true);
  const value = (name: FeatureName): number | undefined => row[featureIndex(name)];
  expect([value('volatility30'), value('volumeZScore30'), value('spread30')]).toEqual([0, 0, 0]);
  expect([value('rsi14'), value('rangePosition30'), value('closeLocation')]).toEqual([0.5, 0.5, 0]);
});

describe('what a feature depends on', () => {
  test('the newest candles of its warm-up alone, to the last bit', () => {
    expect(lastOf(WALK)).toEqual(lastOf(newest(WARM_UP_CANDLES)));
    expect(wordsOf(newest(WARM_UP_CANDLES - 1)).at(-1)).toBe('warming-up');
  });

  test('the stated warm-up is the true one: the candle before it changes nothing, its first candle does', () => {
    const changed = (ago: number): Float64Array =>
      lastOf(
        WALK.map((candle, index) =>
          index === WALK.length - 1 - ago
            ? {
                ...candle,
                ...{ open: 1e4, low: 1e3, high: 1e6, close: 9e5, vwap: 4e5, volume: 3e3 },
              }
            : candle,
        ),
      );
    const before = lastOf(WALK);
    for (const [index, { name, warmUp }] of FEATURES.entries()) {
      expect([name, changed(warmUp)[index]]).toEqual([name, before[index]]);
      if (!name.startsWith('timeOfDay') && name !== 'divergence')
        expect([name, changed(warmUp - 1)[index]]).not.toEqual([name, before[index]]);
    }
  });

  test('no later candle: a row is the same whatever comes behind it', () => {
    const other = walkOf(200, 9);
    const mixed = [...WALK.slice(0, 100), ...other.slice(100)];
    const rows = (candles: readonly Candle[]): (Float64Array | null)[] =>
      resultsOf(candles)
        .slice(0, 100)
        .map(({ row }) => row && row.values);
    expect(rows(mixed)).toEqual(rows(WALK));
  });
});

describe('candles that give no row', () => {
  const step = (index: number, changes: Partial<Candle> = {}): Candle => ({
    ...(WALK[index] as Candle),
    ...changes,
  });
  const ready = (): SymbolFeatures => {
    const features = new SymbolFeatures('1m');
    resultsOf(WALK.slice(0, 40), features);
    return features;
  };

  test('a partial candle is refused and changes nothing', () => {
    const features = ready();
    expect(wordsOf([step(40, { state: 'partial', revision: -1, close: 1 })], features)).toEqual(['partial']);
    expect(features.add(step(40)).row?.values).toEqual(lastOf(WALK.slice(0, 41)));
  });

  test('an incomplete candle is a hole: the window begins anew behind it', () => {
    const features = ready();
    expect(wordsOf([step(40, { complete: false })], features)).toEqual(['incomplete']);
    const words = wordsOf(WALK.slice(41, 41 + WARM_UP_CANDLES), features);
    expect(words).toEqual([...Array<string>(WARM_UP_CANDLES - 1).fill('warming-up'), 'row']);
  });

  test('a missing interval is a hole: nothing is filled in', () => {
    const features = ready();
    const words = wordsOf(WALK.slice(41, 41 + WARM_UP_CANDLES), features);
    expect(words).toEqual([...Array<string>(WARM_UP_CANDLES - 1).fill('warming-up'), 'row']);
  });

  test('a candle that was taken, and one that lies before the newest, change nothing', () => {
    const features = new SymbolFeatures('1m');
    resultsOf(WALK.slice(1, 40), features);
    expect(wordsOf([step(39), step(20), step(0)], features)).toEqual(['repeated', 'repeated', 'older']);
    expect(features.add(step(40)).row?.values).toEqual(lastOf(WALK.slice(1, 41)));
  });

  test.each([Number.NaN, Infinity, 0, -1, 1e-200, 1e200])('a candle with %d in it is a hole', (bad) => {
    for (const field of ['open', 'high', 'low', 'close', 'volume', 'vwap'] as const) {
      const features = ready();
      expect(wordsOf([step(40, { [field]: bad }), step(41)], features)).toEqual([
        'out-of-range',
        'warming-up',
      ]);
      const rows = resultsOf(WALK.slice(42, 100), features).flatMap(({ row }) =>
        row === null ? [] : [row.values],
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.at(-1)).toEqual(lastOf(WALK.slice(0, 100)));
    }
  });

  test('stored candles stand in for those that were not seen', () => {
    const features = ready();
    expect([features.follows(step(41)), features.reachesTo(step(41), 'binance')]).toEqual([false, false]);
    features.restore('binance', WALK.slice(11, 41));
    expect([features.windowLength('binance'), features.windowLength('kraken')]).toEqual([30, 0]);
    expect([features.follows(step(41)), features.reachesTo(step(41), 'binance')]).toEqual([true, true]);
    expect([features.follows(step(40)), features.reachesTo(step(40), 'binance')]).toEqual([false, true]);
    expect(features.add(step(41)).row?.values).toEqual(lastOf(WALK.slice(0, 42)));
    expect(wordsOf([step(41)], features)).toEqual(['repeated']);
  });
});

describe('several venues', () => {
  // Three others: of two the order cannot matter to a sum.
  const venues = ['binance', 'bybit', 'coinbase', 'kraken'];
  const level = (exchange: string, close: number, minute: number, changes: Partial<Candle> = {}): Candle =>
    candleOf({
      exchange,
      timestamp: FIRST_OPEN + minute * MINUTE,
      ...{ open: close, high: close, low: close, close, vwap: close },
      ...changes,
    });

  test('divergence is the distance to the mean of the others, one candle ago', () => {
    const features = new SymbolFeatures('1m');
    let last: FeatureResult | undefined;
    for (let minute = 0; minute < 40; minute += 1) {
      features.add(level('coinbase', 101, minute));
      features.add(level('kraken', 103, minute));
      last = features.add(level('binance', 100, minute));
    }
    const expected = Math.log(100) - (Math.log(101) + Math.log(103)) / 2;
    expect(last?.row?.values[featureIndex('divergence')]).toBeCloseTo(expected, 12);
    // The others' present candles say nothing yet, their last ones do: of coinbase there is none.
    features.add(level('coinbase', 55, 40, { complete: false }));
    features.add(level('kraken', 120, 40));
    features.add(level('binance', 100, 40));
    const next = features.add(level('binance', 100, 41)).row?.values[featureIndex('divergence')];
    expect(next).toBeCloseTo(Math.log(100 / 120), 12);
  });

  test('without another venue there is no divergence', () => {
    expect(lastOf(WALK)[featureIndex('divergence')]).toBe(0);
  });

  /** One market on three venues, some of its candles missing or incomplete; by interval. */
  const market = fc
    .record({
      seed: fc.nat(1e6),
      holes: fc.array(fc.tuple(fc.nat(49), fc.nat(3), fc.boolean()), { maxLength: 3 }),
    })
    .map(({ seed, holes }) => {
      const walks = venues.map((exchange, at) => walkOf(50, seed + at, { exchange }));
      return Array.from({ length: 50 }, (_, minute) =>
        walks.flatMap((walk, at) => {
          const hole = holes.find(([where, venue]) => where === minute && venue === at);
          const candle = walk[minute] as Candle;
          return hole === undefined ? [candle] : hole[2] ? [] : [{ ...candle, complete: false }];
        }),
      );
    });

  test('any order in which each candle comes behind all that closed before it gives the same features', () => {
    fc.assert(
      fc.property(market, fc.nat(), (intervals, seed) => {
        const byKey = (ordered: readonly Candle[]): Map<string, unknown> => {
          const features = new SymbolFeatures('1m');
          return new Map(
            ordered.map((candle) => {
              const result = features.add(candle);
              return [`${candle.exchange} ${candle.timestamp}`, result.row?.values ?? result];
            }),
          );
        };
        const draw = drawsOf(seed);
        const shuffled = intervals.flatMap((candles) =>
          candles
            .map((candle) => ({ candle, rank: draw() }))
            .sort((a, b) => a.rank - b.rank)
            .map(({ candle }) => candle),
        );
        const expected = byKey(intervals.flat());
        const found = byKey(shuffled);
        for (const [key, values] of expected) expect(found.get(key)).toEqual(values);
      }),
    );
  });
});
