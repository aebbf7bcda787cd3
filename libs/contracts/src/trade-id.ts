/**
 * Orders two trade ids of one (exchange, symbol) as the integers that they spell: a longer text is the larger id,
 * equal lengths compare as text. Exact beyond 2^53. Ids carry no leading zeros.
 * Negative when `a` is the smaller, 0 when they are the same id, positive when `a` is the larger.
 */
export function compareTradeIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

const SAFE_DIGITS = 15;

/** How many whole numbers lie strictly between two trade ids, `after` being the smaller. */
export function idsBetween(after: string, before: string): number {
  if (before.length <= SAFE_DIGITS) return Number(before) - Number(after) - 1;
  return Number(BigInt(before) - BigInt(after) - 1n);
}
