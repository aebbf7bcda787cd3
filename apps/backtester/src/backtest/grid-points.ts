import type { Metrics, ParameterValues } from '@neuraltrade/strategies';
import { trade, type TradingSetup } from './trading';

/** One combination of a grid and what came of it. */
export interface GridPoint {
  /** The parameters. */
  readonly values: ParameterValues;
  /** Its figures; where a part was set aside those of the part that was chosen by. */
  readonly metrics: Metrics;
  /** Its figures behind that part; null where none was set aside. */
  readonly outOfSample: Metrics | null;
}

/** Runs one combination. @param splitAt behind this instant (ms UTC) nothing is chosen by; null = nothing is set aside. */
export function runPoint(setup: TradingSetup, values: ParameterValues, splitAt: number | null): GridPoint {
  if (splitAt === null) return { values, metrics: trade(setup, values).metrics, outOfSample: null };
  return {
    values,
    metrics: trade(setup, values, { to: splitAt }).metrics,
    outOfSample: trade(setup, values, { from: splitAt }).metrics,
  };
}

/** Position of the combination that has most of a figure, the first of equal ones; one without the figure comes last. */
export function bestPoint(points: readonly GridPoint[], rankBy: keyof Metrics): number {
  let best = 0;
  points.forEach(({ metrics }, index) => {
    const value = metrics[rankBy] ?? -Infinity;
    if (value > (points[best]?.metrics[rankBy] ?? -Infinity)) best = index;
  });
  return best;
}
