import fc from 'fast-check';
import { candlesAt, sampleCandle } from '../testing/sample-candles';
import { closedCandle, type ClosedCandle } from '../closed-candle';
import { defaultsOf, modelRule, ruleNamed, RULES } from './index';
import { ExponentialAverage } from './exponential-average';
import { RelativeStrength } from './relative-strength';
import { RollingMaximum } from '../windows/rolling-maximum';

const closed = (prices: readonly number[]): ClosedCandle[] =>
  candlesAt(prices).map((candle) => closedCandle(candle) as ClosedCandle);

function targets(name: string, values: Record<string, number>, candles: readonly ClosedCandle[]): number[] {
  const rule = ruleNamed(name);
  if (rule === undefined) throw new Error(name);
  const strategy = rule.create({ ...defaultsOf(rule), ...values });
  return candles.map((candle) => strategy.onCandle(candle));
}

describe('a candle to decide on', () => {
  it('is neither open nor incomplete', () => {
    expect(closedCandle(sampleCandle(0))).not.toBeNull();
    expect(closedCandle(sampleCandle(0, { state: 'revised', revision: 2 }))).not.toBeNull();
    expect(closedCandle(sampleCandle(0, { state: 'partial', revision: -1 }))).toBeNull();
    expect(closedCandle(sampleCandle(0, { complete: false }))).toBeNull();
  });
});

describe('ema-cross', () => {
  it('buys above the slow average and sells below it, from the slow span on', () => {
    const prices = [10, 10, 10, 11, 12, 12, 9, 8, 8];
    expect(targets('ema-cross', { fast: 1, slow: 3 }, closed(prices))).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0]);
    expect(targets('ema-cross', { fast: 1, slow: 3, short: 1 }, closed(prices)).slice(5)).toEqual([
      1, -1, -1, -1,
    ]);
  });

  it('averages as the sum of weights says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 30 }),
        (values, period) => {
          const average = new ExponentialAverage(period);
          let last = NaN;
          for (const value of values) last = average.next(value);
          const weight = 2 / (period + 1);
          const newest = values.length - 1;
          const expected = values.reduce(
            (sum, value, at) => sum + value * (1 - weight) ** (newest - at) * (at === 0 ? 1 : weight),
            0,
          );
          expect(last).toBeCloseTo(expected, 8);
        },
      ),
    );
  });
});

describe('rsi-reversion', () => {
  /** Figures of Wilder's own worked example are rounded; these are of the definition in its text, reckoned by hand. */
  it('has the index of the definition', () => {
    const index = new RelativeStrength(3);
    const values = [10, 11, 10.5, 12, 11, 11].map((value) => index.next(value));
    // Averages of the first three changes: rise 2.5/3, fall 0.5/3. Then rise (2.5/3 x 2 + 0)/3, fall (0.5/3 x 2 + 1)/3.
    expect(values.slice(0, 3)).toEqual([null, null, null]);
    expect(values[3]).toBeCloseTo((100 * 2.5) / 3, 10);
    expect(values[4]).toBeCloseTo((100 * (5 / 9)) / (5 / 9 + 4 / 9), 10);
    expect(values[5]).toBeCloseTo((100 * (10 / 27)) / (10 / 27 + 8 / 27), 10);
  });

  it('stays in the middle while nothing moves', () => {
    expect(targets('rsi-reversion', { period: 2 }, closed([5, 5, 5, 5, 5]))).toEqual([0, 0, 0, 0, 0]);
  });

  it('buys low and holds until the exit, and sells short high only when it may', () => {
    const prices = [10, 9, 8, 7, 8, 9, 10, 11, 12];
    expect(targets('rsi-reversion', { period: 2 }, closed(prices))).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 0]);
    expect(targets('rsi-reversion', { period: 2, short: 1 }, closed(prices)).slice(4)).toEqual([
      0, -1, -1, -1, -1,
    ]);
  });
});

describe('donchian-breakout', () => {
  it('buys above the channel of the candles before, sells below the shorter one', () => {
    const prices = [10, 11, 12, 13, 12.5, 11, 10, 9];
    expect(targets('donchian-breakout', { entry: 3, exit: 2 }, closed(prices))).toEqual([
      0, 0, 0, 1, 1, 0, 0, 0,
    ]);
    expect(targets('donchian-breakout', { entry: 3, exit: 2, short: 1 }, closed(prices)).slice(5)).toEqual([
      0, -1, -1,
    ]);
  });

  it('knows the maximum of the newest values, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 12 }),
        (values, length) => {
          const maximum = new RollingMaximum(length);
          values.forEach((value, at) => {
            maximum.push(value);
            expect(maximum.value).toBe(Math.max(...values.slice(Math.max(0, at + 1 - length), at + 1)));
            expect(maximum.full).toBe(at + 1 >= length);
          });
        },
      ),
    );
  });
});

describe('the rule of a model', () => {
  it('acts on probabilities that are large enough, and keeps a position for so many candles', () => {
    const says = [0.6, 0.1, 0.1, 0.1, 0.55, -0.7, 0.1, 0.1].map((word) => ({
      buy: Math.max(0, word),
      sell: Math.max(0, -word),
      hold: 1 - Math.abs(word),
    }));
    const run = (short: number): number[] => {
      let at = 0;
      const rule = modelRule(() => says[at++] ?? null, 1);
      const strategy = rule.create({ enter: 0.5, hold: 2, short });
      return closed(says.map(() => 10)).map((candle) => strategy.onCandle(candle));
    };
    expect(run(0)).toEqual([1, 1, 0, 0, 1, 0, 0, 0]);
    expect(run(1)).toEqual([1, 1, 0, 0, 1, -1, -1, 0]);
  });
});

const arbitraryPrices = fc.array(fc.double({ min: 1, max: 1_000, noNaN: true }), { maxLength: 60 });

describe('every rule', () => {
  it('wants nothing during its warm-up, never more than everything, and depends on earlier candles alone', () => {
    fc.assert(
      fc.property(arbitraryPrices, fc.constantFrom(...RULES), fc.nat(59), (prices, rule, cut) => {
        const short = rule.parameters.some(({ name }) => name === 'short') ? { short: 1 } : {};
        const small = { fast: 2, slow: 5, period: 3, entry: 4, exit: rule.name === 'rsi-reversion' ? 50 : 2 };
        const known = Object.entries(small).filter(([name]) => rule.parameters.some((p) => p.name === name));
        const values = { ...defaultsOf(rule), ...Object.fromEntries(known), ...short };
        const usable = closed(prices);
        const all = rule.create(values);
        const wanted = usable.map((candle) => all.onCandle(candle));
        wanted.slice(0, all.warmUp - 1).forEach((target) => expect(target).toBe(0));
        for (const target of wanted) expect(Math.abs(target)).toBeLessThanOrEqual(1);
        const early = rule.create(values);
        expect(usable.slice(0, cut).map((candle) => early.onCandle(candle))).toEqual(wanted.slice(0, cut));
      }),
    );
  });

  it('has defaults in range and without conflict', () => {
    for (const rule of RULES) {
      for (const { min, max, default: value } of rule.parameters) {
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(max);
      }
      expect(rule.conflict(defaultsOf(rule))).toBeNull();
    }
  });
});
