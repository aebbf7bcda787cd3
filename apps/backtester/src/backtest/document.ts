import { quoteAsset } from '@neuraltrade/contracts';
import { dailyReturns, monthlyReturns, type RoundTrip } from '@neuraltrade/strategies';
import type { BacktestResult } from './result';

/** Said wherever the market is an invented one. */
export const SIMULATED_WARNING =
  'SIMULATED: this market was invented by a random number generator. It shows how the tools work and says nothing about any real market.';
/** Said wherever the best of many was chosen by the same data. */
export const OVERFITTING_WARNING =
  'The best of many combinations is partly luck: it was chosen by the very period that it is shown for. Trust what it does on data that it was not chosen by (--split).';

/** The JSON document of a backtest: no path, clock or duration in it, so that equal input gives equal bytes. */
export function resultDocument(result: BacktestResult): object {
  const { subject, values, run, benchmark, split, grid } = result;
  const { simulation, metrics } = run;
  const warnings = [
    ...(subject.market === 'simulated' ? [SIMULATED_WARNING] : []),
    ...(grid === null ? [] : [OVERFITTING_WARNING]),
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
