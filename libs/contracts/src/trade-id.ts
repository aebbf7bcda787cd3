/**
 * Orders two trade ids of one (exchange, symbol) as the integers that they spell: a longer text is the larger id,
 * equal lengths compare as text. Exact beyond 2^53. Ids carry no leading zeros.
 * Negative when `a` is the smaller, 0 when they are the same id, positive when `a` is the larger.
 */
export function compareTradeIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
