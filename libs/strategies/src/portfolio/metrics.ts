import { deepestDrawdown } from './drawdown';
import { returnMoments, YEAR_MS } from './returns';
import type { SimulationResult } from './simulation';

/** Figures of one simulation; {@link METRIC_DEFINITIONS} says what each is. Null where it is not defined. */
export interface Metrics {
  /** Equity at the end, quote currency. */
  readonly finalEquity: number;
  /** Final / initial equity - 1. */
  readonly totalReturn: number;
  /** Return a year at which the equity would have grown evenly. */
  readonly cagr: number | null;
  /** Standard deviation of interval returns, a year. */
  readonly volatility: number;
  /** Mean / standard deviation of interval returns, a year. */
  readonly sharpe: number | null;
  /** Mean / downside deviation of interval returns, a year. */
  readonly sortino: number | null;
  /** CAGR / deepest drawdown. */
  readonly calmar: number | null;
  /** Deepest fall from a peak, -1 to 0. */
  readonly maxDrawdown: number;
  /** Time from that peak until it was reached again, ms; up to the end where it never was. */
  readonly maxDrawdownMs: number;
  /** Part of the time in which something was held, 0 to 1. */
  readonly exposure: number;
  /** Traded amount / mean equity. */
  readonly turnover: number;
  /** Positions that ended. */
  readonly closedTrades: number;
  /** Part of them that won, 0 to 1. */
  readonly hitRate: number | null;
  /** Sum of what winners won / sum of what losers lost. */
  readonly profitFactor: number | null;
  /** Mean return of the positions that ended. */
  readonly averageTrade: number | null;
  /** Fees, quote currency. */
  readonly feesPaid: number;
  /** Slippage and half spreads, quote currency. */
  readonly slippagePaid: number;
}

/**
 * The figures of a simulation.
 * @param intervalMs length of the candles that the equity was reckoned at, ms.
 */
export function metricsOf({ equity, fills, trips }: SimulationResult, intervalMs: number): Metrics {
  const { startValue, endValue } = equity;
  const lengthMs = equity.endAt - equity.startAt;
  const { mean, deviation, downside, perYear } = returnMoments(equity, intervalMs);
  const drawdown = deepestDrawdown(equity);
  const cagr = lengthMs === 0 ? null : finite(Math.max(0, endValue / startValue) ** (YEAR_MS / lengthMs) - 1);
  const maxDrawdown = drawdown?.depth ?? 0;
  const closed = trips.filter(({ closedAt }) => closedAt !== null);
  const won = sum(closed.map(({ profit }) => Math.max(0, profit)));
  const lost = sum(closed.map(({ profit }) => Math.max(0, -profit)));
  const winners = closed.filter(({ profit }) => profit > 0).length;
  return {
    finalEquity: endValue,
    totalReturn: endValue / startValue - 1,
    cagr,
    volatility: deviation * Math.sqrt(perYear),
    sharpe: ratio(mean * Math.sqrt(perYear), deviation),
    sortino: ratio(mean * Math.sqrt(perYear), downside),
    calmar: cagr === null ? null : ratio(cagr, -maxDrawdown),
    maxDrawdown,
    maxDrawdownMs: drawdown === null ? 0 : (drawdown.recoveredAt ?? equity.endAt) - drawdown.peakAt,
    exposure: lengthMs === 0 ? 0 : equity.exposedMs / lengthMs,
    turnover: sum(fills.map(({ quantity, paid }) => quantity * paid)) / meanOf(equity.value, startValue),
    closedTrades: closed.length,
    hitRate: ratio(winners, closed.length),
    profitFactor: ratio(won, lost),
    averageTrade: ratio(sum(closed.map((trip) => trip.return)), closed.length),
    feesPaid: sum(fills.map(({ fee }) => fee)),
    slippagePaid: sum(fills.map(({ slippage }) => slippage)),
  };
}

function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : finite(numerator / denominator);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function meanOf(values: Float64Array, fallback: number): number {
  return values.length === 0 ? fallback : values.reduce((total, value) => total + value, 0) / values.length;
}
