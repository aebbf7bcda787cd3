const DAY_MS = 86_400_000;
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

/** The candle intervals that are built unless TIMEFRAMES names others. */
export const DEFAULT_TIMEFRAMES = ['1m', '5m', '15m', '1h'] as const;

/**
 * The length of a timeframe in milliseconds: a count and a unit s, m, h or d ('1m', '15m', '1h').
 * Null unless the text has that form and the length divides a day, so that every interval of it starts
 * at the same times each UTC day.
 */
export function timeframeMs(timeframe: string): number | null {
  const match = /^([1-9]\d{0,4})([smhd])$/.exec(timeframe);
  if (!match) return null;
  const length = Number(match[1]) * (UNIT_MS[match[2] as string] as number);
  return DAY_MS % length === 0 ? length : null;
}

/** The opening time (ms UTC) of the interval [open, open + length) that holds the instant. */
export function openTime(timestamp: number, lengthMs: number): number {
  return timestamp - (timestamp % lengthMs);
}
