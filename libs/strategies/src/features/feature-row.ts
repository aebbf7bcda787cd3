import type { ClosedCandle } from '../closed-candle';

declare const madeOfClosedCandles: unique symbol;

/**
 * The features of one closed candle. Only {@link SymbolFeatures} makes it, so that whatever takes one never sees a partial or
 * incomplete candle.
 */
export interface FeatureRow {
  /** Nobody else can make one. */
  readonly [madeOfClosedCandles]: true;
  /** The candle that the row ends with. */
  readonly candle: ClosedCandle;
  /** One finite number for each of FEATURES, in their order. */
  readonly values: Float64Array;
}

/**
 * Why a candle gives no row.
 * partial: it may still change. incomplete: a gap overlaps it, so the window begins anew behind it. repeated: it was taken already.
 * older: it lies before the newest one of its venue. warming-up: too few candles without a hole up to it. out-of-range: a number in
 * it is none, or none of any market; it counts as a hole.
 */
export const NO_ROW_REASONS = [
  'partial',
  'incomplete',
  'repeated',
  'older',
  'warming-up',
  'out-of-range',
] as const;

/** One of {@link NO_ROW_REASONS}. */
export type NoRowReason = (typeof NO_ROW_REASONS)[number];

/** What one candle gave. */
export type FeatureResult =
  | {
      /** The features. */
      readonly row: FeatureRow;
    }
  | {
      /** There are none. */
      readonly row: null;
      /** Why. */
      readonly reason: NoRowReason;
    };
