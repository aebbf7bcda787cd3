/** A venue that asks for more is asked again after this time, ms. */
const LONGEST_MS = 3_600_000;

/**
 * How long (ms) an answer's Retry-After asks to wait: whole seconds or an HTTP date; 0 when it says nothing readable.
 * @param now the present by our clock, ms UTC.
 */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  const waitMs = /^\d{1,10}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(waitMs) ? 0 : Math.min(LONGEST_MS, Math.max(0, waitMs));
}
