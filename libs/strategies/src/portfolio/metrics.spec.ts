import type { Strategy } from '../rules';
import { barsAt, MIDNIGHT, MINUTE } from '../testing/sample-candles';
import { EquityCurve } from './equity-curve';
import {
  dailyReturns,
  deepestDrawdown,
  METRIC_DEFINITIONS,
  metricsOf,
  monthlyReturns,
  simulate,
  underwater,
} from './index';

const HOUR = 3_600_000;
const FREE = { cash: 100, feeBps: 0, slippageBps: 0, lotSize: 0 };

function curve(values: readonly number[], stepMs = MINUTE, start = 100): EquityCurve {
  const equity = new EquityCurve(MIDNIGHT, start);
  values.forEach((value, index) => equity.add(MIDNIGHT + (index + 1) * stepMs, value, false));
  return equity;
}

/** A number within rounding of another. */
const about = (value: number): number => expect.closeTo(value, 9) as number;

const figuresOf = (equity: EquityCurve, intervalMs = MINUTE) =>
  metricsOf({ equity, fills: [], trips: [], unfilled: 0, ruinedAt: null, skippedCandles: 0 }, intervalMs);

describe('metrics', () => {
  it('of a known curve are what their definitions say', () => {
    // Returns 10 %, -10 %, 0, 5 %: mean 0.0125, sample variance (0.0875^2 + 0.1125^2 + 0.0125^2 + 0.0375^2) / 3.
    const figures = figuresOf(curve([110, 99, 99, 103.95], HOUR), HOUR);
    const perYear = Math.sqrt(365 * 24);
    const deviation = Math.sqrt((0.0875 ** 2 + 0.1125 ** 2 + 0.0125 ** 2 + 0.0375 ** 2) / 3);
    expect(figures.totalReturn).toBeCloseTo(0.0395, 12);
    expect(figures.volatility).toBeCloseTo(deviation * perYear, 9);
    expect(figures.sharpe).toBeCloseTo((0.0125 / deviation) * perYear, 9);
    expect(figures.sortino).toBeCloseTo((0.0125 / Math.sqrt(0.01 / 4)) * perYear, 9);
    expect(figures.maxDrawdown).toBeCloseTo(-0.1, 12);
    expect(figures.cagr).toBeCloseTo(1.0395 ** (365 * 6) - 1, -30);
    expect(figures.maxDrawdownMs).toBe(3 * HOUR);
  });

  it('count an interval without a candle as a return of zero', () => {
    const equity = new EquityCurve(MIDNIGHT, 100);
    equity.add(MIDNIGHT + MINUTE, 110, false);
    equity.add(MIDNIGHT + 4 * MINUTE, 99, false);
    const { volatility, sharpe, sortino } = figuresOf(curve([110, 110, 110, 99]));
    expect(figuresOf(equity)).toMatchObject({ volatility, sharpe, sortino });
  });

  it('of a year are the figures of that year', () => {
    const figures = figuresOf(curve([150], 365 * 24 * HOUR), 24 * HOUR);
    expect(figures.cagr).toBeCloseTo(0.5, 12);
  });

  it('are not defined where there is nothing to reckon with', () => {
    expect(figuresOf(curve([]))).toMatchObject({ cagr: null, sharpe: null, sortino: null, hitRate: null });
    expect(figuresOf(curve([100, 100]))).toMatchObject({
      totalReturn: 0,
      volatility: 0,
      sharpe: null,
      calmar: null,
      maxDrawdown: 0,
      profitFactor: null,
    });
  });

  it('of trades count winners, losers and costs', () => {
    const targets = [1, 0, 1, 0, -1, 0, 0];
    let at = 0;
    const strategy: Strategy = { warmUp: 1, onCandle: () => targets[at++] ?? 0 };
    // Filled at the opens 100, 110, 100, 90, 80, 60: +10 %, -10 % and, short, +25 %.
    const bars = barsAt([100, 110, 100, 90, 80, 60, 60]);
    const result = simulate([{ bars, strategy }], { ...FREE, feeBps: 10 });
    const figures = metricsOf(result, MINUTE);
    expect(result.trips.map(({ side, return: part }) => [side, part])).toEqual([
      ['long', about(0.1 - 0.001 * 2.1)],
      ['long', about(-0.1 - 0.001 * 1.9)],
      ['short', about(0.25 - 0.001 * 1.75)],
    ]);
    expect(figures.closedTrades).toBe(3);
    expect(figures.hitRate).toBeCloseTo(2 / 3, 12);
    expect(figures.averageTrade).toBeCloseTo((0.1 - 0.0021 - 0.1 - 0.0019 + 0.25 - 0.00175) / 3, 9);
    const [won, lost, short] = result.trips.map(({ profit }) => profit) as [number, number, number];
    expect(figures.profitFactor).toBeCloseTo((won + short) / -lost, 9);
    expect(figures.feesPaid).toBeCloseTo(
      result.fills.reduce((sum, { fee }) => sum + fee, 0),
      12,
    );
    expect(figures.exposure).toBeCloseTo(3 / 7, 12);
    expect(result.equity.endValue).toBeCloseTo(100 + won + lost + short, 9);
  });

  it('tell a position that is open at the end apart', () => {
    const strategy: Strategy = { warmUp: 1, onCandle: () => 1 };
    const result = simulate([{ bars: barsAt([100, 100, 120]), strategy }], FREE);
    expect(result.trips).toMatchObject([{ closedAt: null, exitPrice: 120, profit: about(20) }]);
    expect(metricsOf(result, MINUTE).closedTrades).toBe(0);
  });

  it('have a definition each', () => {
    const names = Object.keys(figuresOf(curve([100])));
    expect(METRIC_DEFINITIONS.map(({ name }) => name).sort()).toEqual(names.sort());
  });
});

describe('a drawdown', () => {
  it('lasts from its peak until the equity is there again', () => {
    expect(deepestDrawdown(curve([110, 100, 88, 109, 110, 105]))).toEqual({
      depth: about(-0.2),
      peakAt: MIDNIGHT + MINUTE,
      lowestAt: MIDNIGHT + 3 * MINUTE,
      recoveredAt: MIDNIGHT + 5 * MINUTE,
    });
  });

  it('begins at the start when nothing was ever won, and never ends when nothing came back', () => {
    expect(deepestDrawdown(curve([90, 80, 85]))).toMatchObject({ peakAt: MIDNIGHT, recoveredAt: null });
    expect(deepestDrawdown(curve([100, 101]))).toBeNull();
  });

  it('at each moment is how far the equity lies below its peak', () => {
    expect([...underwater(curve([110, 99, 121]))]).toEqual([0, about(-0.1), 0]);
  });
});

describe('returns of the calendar', () => {
  it('are of UTC days and months, midnight belonging to the day before', () => {
    const equity = new EquityCurve(Date.UTC(2024, 0, 31, 12), 100);
    equity.add(Date.UTC(2024, 1, 1), 110, false);
    equity.add(Date.UTC(2024, 1, 1, 12), 55, false);
    equity.add(Date.UTC(2024, 1, 2), 121, false);
    equity.add(Date.UTC(2024, 1, 5), 121, false);
    expect(dailyReturns(equity)).toEqual([
      { from: Date.UTC(2024, 0, 31), return: about(0.1), equity: 110 },
      { from: Date.UTC(2024, 1, 1), return: about(0.1), equity: 121 },
      { from: Date.UTC(2024, 1, 4), return: 0, equity: 121 },
    ]);
    expect(monthlyReturns(equity).map(({ from, return: part }) => [from, part])).toEqual([
      [Date.UTC(2024, 0, 1), about(0.1)],
      [Date.UTC(2024, 1, 1), about(0.1)],
    ]);
  });
});
