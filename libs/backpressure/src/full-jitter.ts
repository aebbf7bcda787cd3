/**
 * A wait before a repetition with full jitter: evenly from 0 up to a bound that doubles with each failure, so that many who
 * lost the same peer do not come back in step.
 * @param failures how often it failed in a row, from 1 on.
 * @param random draws evenly from [0, 1).
 */
export function fullJitterMs(failures: number, baseMs: number, maxMs: number, random: () => number): number {
  // Doubling more often than this changes nothing: the bound is reached, and 2 to a large power is no number any more.
  const bound = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30));
  return random() * bound;
}
