import { ExpectedError, readInstant, USAGE_EXIT_CODE } from '@neuraltrade/service';

/** The flags that take a value. */
export const FLAGS = [
  ...(['exchange', 'symbols', 'timeframe', 'from', 'to', 'source', 'data', 'seed', 'candles'] as const),
  ...([
    'strategy',
    'model',
    'params',
    'cash',
    'fee-bps',
    'slippage-bps',
    'latency-ms',
    'lateness-ms',
  ] as const),
  ...(['lot-size', 'grid', 'rank-by', 'split', 'workers', 'report'] as const),
] as const;
/** One of {@link FLAGS}. */
export type Flag = (typeof FLAGS)[number];
/** What was given, as it was written. */
export type Values = Partial<Readonly<Record<Flag, string>>>;

/** The instant that a text names, ms UTC. @throws ExpectedError when it names none. */
export function instantOf(flag: Flag, text: string): number {
  const instant = readInstant(text);
  if (instant !== null) return instant;
  throw usage(`--${flag} takes an instant such as 2024-01-01 or 2024-01-01T04:00:00Z, not '${text}'.`);
}

/** A flag's number from min to max, or the fallback. @throws ExpectedError when it is none of these. */
export function numberOf(values: Values, flag: Flag, min: number, max: number, fallback: number): number {
  const text = values[flag];
  if (text === undefined) return fallback;
  const value = /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw usage(`--${flag} takes a number from ${min} to ${max}, not '${text}'.`);
}

/** The same as a whole number. @throws ExpectedError when it is none. */
export function wholeOf(values: Values, flag: Flag, min: number, max: number, fallback: number): number {
  const value = numberOf(values, flag, min, max, fallback);
  if (Number.isSafeInteger(value)) return value;
  throw usage(`--${flag} takes a whole number from ${min} to ${max}, not '${values[flag] ?? ''}'.`);
}

/** The value of a flag that names a file or folder. @throws ExpectedError when it is empty. */
export function given(values: Values, flag: Flag): string {
  const text = values[flag] ?? '';
  if (text !== '') return text;
  throw usage(`--${flag} is given without a value.`);
}

/** A fault of whoever wrote the arguments. @param sentence names it and the remedy. */
export function usage(sentence: string): ExpectedError {
  return new ExpectedError(sentence, USAGE_EXIT_CODE);
}
