import type { Candle } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { closedCandle, type ClosedCandle, SymbolFeatures, WARM_UP_CANDLES } from '@neuraltrade/strategies';
import { candlesOf, MINUTE } from '../testing/candles';
import { datasetOf } from './dataset';
import { labelOf } from './labels';
import { splitByTime } from './time-split';

const RULE = { horizonCandles: 3, bandBps: 100 };

describe('a label', () => {
  const [now, ...ahead] = candlesOf([100, 101, 150, 102, 200]).map(
    (candle) => closedCandle(candle) as ClosedCandle,
  );
  const label = (candles: readonly ClosedCandle[], rule = RULE) =>
    labelOf(now as ClosedCandle, candles, MINUTE, rule);

  test('is the move from the open of the next candle to the close of the last one of the horizon', () => {
    // 100 to 102: two percent; what lies in between and behind does not count.
    expect(label(ahead)).toBe('buy');
    expect(label(ahead, { ...RULE, bandBps: 199 })).toBe('buy');
    expect(label(ahead, { ...RULE, bandBps: 201 })).toBe('hold');
    expect(label(ahead.map((candle) => ({ ...candle, close: 1 / candle.close })))).toBe('sell');
  });

  test('is unknown when a candle of the horizon is missing', () => {
    expect(label(ahead.slice(0, 2))).toBeNull();
    expect(label([ahead[0], ahead[2], ahead[3]] as ClosedCandle[])).toBeNull();
    expect(label(ahead.slice(1))).toBeNull();
  });
});

describe('a dataset', () => {
  const walk = (changes: Partial<Candle> = {}): Candle[] =>
    candlesOf(
      Array.from({ length: 80 }, (_, at) => 100 + Math.sin(at) + Math.sin(at / 9)),
      changes,
    );

  test('has the very features of the engine, whatever the order of the candles that it is given', () => {
    const candles = [...walk({ exchange: 'kraken' }), ...walk()];
    const { examples } = datasetOf(candles, '1m', RULE);
    const features = new SymbolFeatures('1m');
    const rows = candles
      .toSorted((a, b) => a.timestamp - b.timestamp || (a.exchange < b.exchange ? -1 : 1))
      .flatMap((candle) => features.add(candle).row ?? []);
    expect(examples.map(({ row }) => row.values)).toEqual(
      rows.slice(0, examples.length).map(({ values }) => values),
    );
    expect(datasetOf(candles.toReversed(), '1m', RULE).examples).toEqual(examples);
  });

  test('counts what it leaves out', () => {
    const candles = walk().map((candle, at) => (at === 40 ? { ...candle, complete: false } : candle));
    const { examples, leftOut } = datasetOf(candles, '1m', RULE);
    const beforeHole = 40 - (WARM_UP_CANDLES - 1);
    const behindHole = 39 - (WARM_UP_CANDLES - 1);
    expect(leftOut).toEqual({
      incomplete: 1,
      'warming-up': 2 * (WARM_UP_CANDLES - 1),
      'no-label': 2 * RULE.horizonCandles,
    });
    expect(examples).toHaveLength(beforeHole + behindHole - 2 * RULE.horizonCandles);
  });

  test('is split so that nothing of the test was known in the training, and no window reaches over the boundary', () => {
    const { examples } = datasetOf(walk(), '1m', RULE);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 40 }),
        (part, embargo) => {
          const { train, test, boundary, purged, embargoed } = splitByTime(examples, part, embargo * MINUTE);
          expect(train.every(({ labelAt }) => labelAt <= boundary)).toBe(true);
          expect(test.every(({ knownAt }) => knownAt - embargo * MINUTE > boundary)).toBe(true);
          expect(train.length + test.length + purged + embargoed).toBe(examples.length);
        },
      ),
    );
  });
});
