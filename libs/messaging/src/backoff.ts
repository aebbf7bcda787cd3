/**
 * A wait before a repetition with full jitter: evenly from 0 up to a bound that doubles with each failure.
 * @param failures how often it failed in a row, from 1 on.
 * @param random draws evenly from [0, 1).
 */
export function fullJitterMs(failures: number, baseMs: number, maxMs: number, random: () => number): number {
  // Doubling more often than this changes nothing: the bound is reached, and 2 to a large power is no number any more.
  const bound = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return random() * bound;
}

/** The same values in random order. */
export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
