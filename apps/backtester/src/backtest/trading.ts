import {
  type AccountSettings,
  type BarSeries,
  type Metrics,
  metricsOf,
  type ParameterValues,
  simulate,
  type SimulationResult,
  type StrategyDefinition,
  type TradingWindow,
} from '@neuraltrade/strategies';

/** Histories, and what trades each of them, on one account. */
export interface TradingSetup {
  /** The histories, all of one timeframe. */
  readonly bars: readonly BarSeries[];
  /** The strategy of each. */
  readonly strategies: readonly StrategyDefinition[];
  /** The account. */
  readonly account: AccountSettings;
}

/** One run of a strategy. */
export interface Run {
  /** What happened. */
  readonly simulation: SimulationResult;
  /** Its figures. */
  readonly metrics: Metrics;
}

/** Runs fresh strategies with these parameters over the histories. */
export function trade(
  { bars, strategies, account }: TradingSetup,
  values: ParameterValues,
  window: TradingWindow = {},
): Run {
  const instruments = bars.map((series, index) => ({
    bars: series,
    strategy: (strategies[index] as StrategyDefinition).create(values),
  }));
  const simulation = simulate(instruments, account, window);
  return { simulation, metrics: metricsOf(simulation, bars[0]?.lengthMs ?? 1) };
}

/** From the first open to the last close of all histories, ms UTC; null when they hold no candle. */
export function periodOf(bars: readonly BarSeries[]): { readonly from: number; readonly to: number } | null {
  const some = bars.filter(({ length }) => length > 0);
  if (some.length === 0) return null;
  return {
    from: Math.min(...some.map(({ openAt }) => openAt[0] as number)),
    to: Math.max(...some.map(({ openAt, length, lengthMs }) => (openAt[length - 1] as number) + lengthMs)),
  };
}

/** Where a part of the period ends, ms UTC, cut to a whole candle. */
export function splitInstant(bars: readonly BarSeries[], part: number): number {
  const period = periodOf(bars) ?? { from: 0, to: 0 };
  const lengthMs = bars[0]?.lengthMs ?? 1;
  const at = period.from + part * (period.to - period.from);
  return Math.floor(at / lengthMs) * lengthMs;
}
