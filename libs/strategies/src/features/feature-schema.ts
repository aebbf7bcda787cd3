/** What one feature is: everything that a model's meaning depends on, and a sentence for people. */
export interface FeatureDefinition {
  /** Its name, unique; the parameters are in it. */
  readonly name: string;
  /**
   * How it is computed. c, o, h, l, v and w are close, open, high, low, volume and VWAP of the candle that the row ends with, c[k]
   * those of k candles before; r = ln(c / c[1]); a window of n ends with this candle.
   */
  readonly formula: string;
  /** The numbers in the formula, by their names there. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Candles without a hole that it takes, this one included. */
  readonly warmUp: number;
  /** The unit of the value. */
  readonly unit: 'log return' | 'fraction' | 'standard deviations';
  /** What it says about the market; not part of the hashed text. */
  readonly doc: string;
}

const logReturn = <N extends number>(n: N) => ({
  name: `logReturn${n}` as const,
  formula: 'ln(c / c[n])',
  parameters: { n },
  warmUp: n + 1,
  unit: 'log return' as const,
  doc: `Change of the price over ${n === 1 ? 'the last candle' : `the last ${n} candles`}.`,
});

const volatility = <N extends number>(n: N) => ({
  name: `volatility${n}` as const,
  formula: 'sample standard deviation of the n newest r',
  parameters: { n },
  warmUp: n + 1,
  unit: 'log return' as const,
  doc: `Realised volatility of one candle, from the last ${n} returns.`,
});

/**
 * The features of a row, in the order in which a model takes them. Each depends on the candles of its warm-up alone, to the last
 * bit: a restart, a replay and an engine that ran for months give the same values.
 */
export const FEATURES = [
  logReturn(1),
  logReturn(5),
  logReturn(15),
  logReturn(30),
  volatility(10),
  volatility(30),
  {
    name: 'vwapDistance30',
    formula: 'ln(c * (sum of v) / (sum of w v)), sums over n',
    parameters: { n: 30 },
    warmUp: 30,
    unit: 'log return',
    doc: 'How far the price is above the mean price of all that was traded in the last 30 candles.',
  },
  {
    name: 'volumeZScore30',
    formula: '(ln v - mean) / sample standard deviation of ln v over n; 0 where all are equal',
    parameters: { n: 30 },
    warmUp: 30,
    unit: 'standard deviations',
    doc: 'How unusual the traded volume is among the last 30 candles.',
  },
  {
    name: 'spread30',
    formula:
      'mean over the n newest of sqrt(max(0, 4 (ln c[1] - m[1]) (ln c[1] - m))), m = (ln h + ln l) / 2',
    parameters: { n: 30 },
    warmUp: 31,
    unit: 'fraction',
    doc: 'Bid-ask spread estimated from candles: Abdi and Ranaldo (2017), Review of Financial Studies 30(12), two-day corrected.',
  },
  {
    name: 'divergence',
    formula: 'ln c[1] - mean of ln c[1] of the other venues that have that candle; 0 without any',
    parameters: {},
    warmUp: 2,
    unit: 'log return',
    doc: 'How far this venue was above the others one candle ago, so that no venue has to be waited for.',
  },
  {
    name: 'rsi14',
    formula:
      "gains / (gains + losses), sums of max(0, c - c[1]) and max(0, c[1] - c) over n (Cutler's RSI); 0.5 without any move",
    parameters: { n: 14 },
    warmUp: 15,
    unit: 'fraction',
    doc: 'Relative strength: 1 when the last 14 moves went up, 0 when they went down.',
  },
  {
    name: 'rangePosition30',
    formula: '(c - min l) / (max h - min l) over n; 0.5 where all are equal',
    parameters: { n: 30 },
    warmUp: 30,
    unit: 'fraction',
    doc: 'Where the price stands between the lowest and the highest of the last 30 candles.',
  },
  {
    name: 'closeLocation',
    formula: '(2 c - h - l) / (h - l); 0 where h = l',
    parameters: {},
    warmUp: 1,
    unit: 'fraction',
    doc: 'Where the candle closed within its own range: 1 at the high, -1 at the low.',
  },
  {
    name: 'timeOfDaySin',
    formula: 'sin(2 pi (close of the interval mod 24 h UTC) / 24 h)',
    parameters: {},
    warmUp: 1,
    unit: 'fraction',
    doc: 'Time of day as a point on a circle, its height.',
  },
  {
    name: 'timeOfDayCos',
    formula: 'cos(2 pi (close of the interval mod 24 h UTC) / 24 h)',
    parameters: {},
    warmUp: 1,
    unit: 'fraction',
    doc: 'Time of day as a point on a circle, its breadth.',
  },
] as const satisfies readonly FeatureDefinition[];

/** The name of a feature. */
export type FeatureName = (typeof FEATURES)[number]['name'];

/** Numbers in a row. */
export const FEATURE_COUNT = FEATURES.length;

/** Candles without a hole that a whole row takes, its own included: the longest warm-up. */
export const WARM_UP_CANDLES = Math.max(...FEATURES.map(({ warmUp }) => warmUp));

/** The place of a feature in a row, from 0. */
export function featureIndex(name: FeatureName): number {
  return FEATURES.findIndex((feature) => feature.name === name);
}

/**
 * The schema as text, for a hash that a model carries: any change of order, formula, parameter, warm-up or unit changes it, a
 * change of a doc does not.
 */
export function featureSchemaText(): string {
  return FEATURES.map(({ name, formula, parameters, warmUp, unit }) =>
    JSON.stringify({ name, formula, parameters, warmUp, unit }),
  ).join('\n');
}
