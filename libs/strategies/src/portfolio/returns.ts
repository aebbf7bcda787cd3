import type { EquityCurve } from './equity-curve';

const DAY_MS = 86_400_000;
/** Venues trade on every day: a year has 365 days. */
export const YEAR_MS = 365 * DAY_MS;

/** Mean and spread of the returns of equal intervals. */
export interface ReturnMoments {
  /** Mean return of an interval. */
  readonly mean: number;
  /** Sample standard deviation (n - 1); 0 for fewer than two intervals. */
  readonly deviation: number;
  /** Root of the mean squared return below zero, returns above counting as zero. */
  readonly downside: number;
  /** Intervals in a year. */
  readonly perYear: number;
}

/**
 * The moments of the returns of an equity curve over intervals of a length: from one moment to the next, and zero in every
 * interval without a moment (no trade, no candle, no change).
 */
export function returnMoments(equity: EquityCurve, intervalMs: number): ReturnMoments {
  const { value } = equity;
  const intervals = Math.max(value.length, Math.round((equity.endAt - equity.startAt) / intervalMs));
  const returns = new Float64Array(value.length);
  let before = equity.startValue;
  let sum = 0;
  for (let index = 0; index < value.length; index++) {
    const current = value[index] as number;
    const change = before === 0 ? 0 : current / before - 1;
    returns[index] = change;
    sum += change;
    before = current;
  }
  const mean = intervals === 0 ? 0 : sum / intervals;
  let [squares, below] = [(intervals - value.length) * mean * mean, 0];
  for (const change of returns) {
    squares += (change - mean) ** 2;
    if (change < 0) below += change * change;
  }
  return {
    mean,
    deviation: intervals < 2 ? 0 : Math.sqrt(squares / (intervals - 1)),
    downside: intervals === 0 ? 0 : Math.sqrt(below / intervals),
    perYear: YEAR_MS / intervalMs,
  };
}

/** The return of one period of the calendar. */
export interface PeriodReturn {
  /** Start of the period, ms UTC; the first one may begin later than that. */
  readonly from: number;
  /** Equity at its end / equity at its start - 1. */
  readonly return: number;
  /** Equity at its end, quote currency. */
  readonly equity: number;
}

/** The return of each UTC day in which the curve has a moment. A moment at midnight belongs to the day that ends with it. */
export function dailyReturns(equity: EquityCurve): PeriodReturn[] {
  return returnsBy(equity, (at) => Math.floor((at - 1) / DAY_MS) * DAY_MS);
}

/** The return of each UTC month in which the curve has a moment. */
export function monthlyReturns(equity: EquityCurve): PeriodReturn[] {
  return returnsBy(equity, (at) => {
    const day = new Date(at - 1);
    return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1);
  });
}

function returnsBy({ at, value, startValue }: EquityCurve, periodOf: (at: number) => number): PeriodReturn[] {
  const periods: PeriodReturn[] = [];
  let before = startValue;
  for (let index = 0; index < value.length; index++) {
    const from = periodOf(at[index] as number);
    if (index + 1 < value.length && periodOf(at[index + 1] as number) === from) continue;
    const end = value[index] as number;
    periods.push({ from, return: before === 0 ? 0 : end / before - 1, equity: end });
    before = end;
  }
  return periods;
}
