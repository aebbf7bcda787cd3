import type { MlSignal } from '@neuraltrade/contracts';

/** How many quantiles a model carries: the smallest value, each tenth, and the largest. */
export const VOLATILITY_QUANTILES = 11;

/** Risk scores from which on a level holds, the lowest first. */
export const RISK_LEVELS = [
  { level: 'low', from: 0 },
  { level: 'medium', from: 0.25 },
  { level: 'high', from: 0.5 },
  { level: 'critical', from: 0.75 },
] as const satisfies readonly { level: MlSignal['riskLevel']; from: number }[];

/**
 * The risk of acting on a signal, 0 (calm) to 1: half of it is the probability that the signal is wrong, half the rank of the
 * present volatility among those that the model was trained on.
 * @param confidence probability of the signal's own class, 0 to 1.
 * @param volatility volatility30 of the row.
 * @param quantiles of volatility30 in training, {@link VOLATILITY_QUANTILES} ascending numbers.
 */
export function riskScore(confidence: number, volatility: number, quantiles: readonly number[]): number {
  return (1 - confidence + rankAmong(volatility, quantiles)) / 2;
}

/** The level of a score. */
export function riskLevel(score: number): MlSignal['riskLevel'] {
  return RISK_LEVELS.findLast(({ from }) => score >= from)?.level ?? 'low';
}

/** Where a value stands among ascending quantiles, 0 (at or below the first) to 1 (at or above the last), straight in between. */
function rankAmong(value: number, quantiles: readonly number[]): number {
  const above = quantiles.findIndex((quantile) => quantile > value);
  if (above <= 0) return above === 0 ? 0 : 1;
  const low = quantiles[above - 1] as number;
  const high = quantiles[above] as number;
  return (above - 1 + (value - low) / (high - low)) / (quantiles.length - 1);
}
