const SAFE_DIGITS = 15;

/** How many ids lie strictly between two trade ids, `after` being the smaller. */
export function idsBetween(after: string, before: string): number {
  if (before.length <= SAFE_DIGITS) return Number(before) - Number(after) - 1;
  return Number(BigInt(before) - BigInt(after) - 1n);
}
