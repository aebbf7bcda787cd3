/**
 * How long (ms) an answer's Retry-After asks to wait: seconds or an HTTP date; 0 when it says nothing readable.
 * @param now the present by our clock, ms UTC.
 * @param longestMs what asks for more is heeded for this long only.
 */
export function retryAfterMs(
  header: string | readonly string[] | undefined,
  now: number,
  longestMs: number,
): number {
  const text = (typeof header === 'string' ? header : header?.[0])?.trim() ?? '';
  const waitMs = /^\d{1,10}(\.\d{1,10})?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(waitMs) ? 0 : Math.min(longestMs, Math.max(0, waitMs));
}
