import { quoteAsset } from '@neuraltrade/contracts';
import { dailyReturns, monthlyReturns, type RoundTrip } from '@neuraltrade/strategies';
import type { BacktestResult } from './result';

/** Said wherever the market is an invented one. */
export const SIMULATED_WARNING =
  'SIMULATED: this market was invented by a random number generator. It shows how the tools work and says nothing about any real market.';
/** Said of every grid. @param apart whether a part of the period was set aside. */
export function overfittingWarning(apart: boolean): string {
  const luck = 'The best of many combinations is partly luck';
  return apart
    ? `${luck}. Judge it by the part out of sample, and do not choose by that one, too.`
    : `${luck}: it was chosen by the very period that it is shown for. --split sets a part aside to judge it by.`;
}

/** The JSON document of a backtest: no path, clock or duration in it, so that equal input gives equal bytes. */
export function resultDocument(result: BacktestResult): object {
  const { subject, values, run, benchmark, split, grid } = result;
  const { simulation, metrics } = run;
  const warnings = [
    ...(subject.market === 'simulated' ? [SIMULATED_WARNING] : []),
    ...(grid === null ? [] : [overfittingWarning(split !== null)]),
  ];
  return {
    kind: grid === null ? 'backtest' : 'grid',
    warnings,
    ...subject,
    currency: quoteAsset(subject.symbols[0] ?? ''),
    parameters: values,
    metrics,
    benchmark: { strategy: 'buy-and-hold', metrics: benchmark.metrics },
    split,
    grid: grid && {
      axes: grid.grid.axes,
      impossible: grid.grid.impossible,
      rankBy: grid.rankBy,
      best: grid.best,
      points: grid.points.map((point) => ({
        parameters: point.values,
        metrics: point.metrics,
        outOfSample: point.outOfSample,
      })),
    },
    skippedCandles: simulation.skippedCandles,
    unfilledOrders: simulation.unfilled,
    ruinedAt: simulation.ruinedAt,
    trades: simulation.trips.map((trip) => tradeRow(trip, subject.symbols)),
    monthlyReturns: monthlyReturns(simulation.equity),
    dailyEquity: dailyReturns(simulation.equity).map(({ from, equity }) => ({ day: from, equity })),
  };
}

/** A position with the symbol in place of its number. */
function tradeRow({ instrument, ...trip }: RoundTrip, symbols: readonly string[]): object {
  return { symbol: symbols[instrument], ...trip };
}
