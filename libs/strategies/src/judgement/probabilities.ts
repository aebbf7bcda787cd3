import type { ModelProbabilities } from '../rules';

/** The classes of a model, in the order of its columns as shipped. */
export const MODEL_CLASSES = ['buy', 'hold', 'sell'] as const;

/** One of {@link MODEL_CLASSES}. */
export type ModelClass = (typeof MODEL_CLASSES)[number];

/** How far the sum of what a model says may be from 1: single precision, and some rounding of its own. */
const SUM_TOLERANCE = 1e-3;

/**
 * What a model said, made to sum to 1.
 * @param columns its output.
 * @param classes what the columns stand for.
 * @returns null when it is no probability distribution: a column is missing, negative or no number, or the sum is not near 1.
 */
export function readProbabilities(
  columns: ArrayLike<number>,
  classes: readonly ModelClass[],
): ModelProbabilities | null {
  if (columns.length !== classes.length) return null;
  const said = { buy: Number.NaN, hold: Number.NaN, sell: Number.NaN };
  classes.forEach((name, index) => (said[name] = columns[index] as number));
  const sum = said.buy + said.hold + said.sell;
  if (!(Math.abs(sum - 1) <= SUM_TOLERANCE && Math.min(said.buy, said.hold, said.sell) >= 0)) return null;
  return { buy: said.buy / sum, hold: said.hold / sum, sell: said.sell / sum };
}

/** The most probable class; where two are equally probable the one that does less: hold, then buy. */
export function mostProbable({ buy, hold, sell }: ModelProbabilities): ModelClass {
  if (hold >= buy && hold >= sell) return 'hold';
  return buy >= sell ? 'buy' : 'sell';
}
