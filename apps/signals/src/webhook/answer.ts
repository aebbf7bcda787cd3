/** What became of one attempt; also the label of its metric. */
export const ATTEMPT_RESULTS = ['delivered', 'refused', 'later', 'redirected', 'no-answer'] as const;

/** One of {@link ATTEMPT_RESULTS}. */
export type AttemptResult = (typeof ATTEMPT_RESULTS)[number];

/** Statuses of 4xx that trying again later can cure: too slow, too early, too often. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * What a receiver means by a status. 2xx: it has the signal, whatever its body says. 3xx: the setting is wrong; nothing is sent to
 * another address on a receiver's word. 4xx but 408, 425 and 429: it will never take this signal. Everything else: later.
 */
export function resultOf(status: number): AttemptResult {
  if (status >= 200 && status < 300) return 'delivered';
  if (status >= 300 && status < 400) return 'redirected';
  return status >= 400 && status < 500 && !TEMPORARY.has(status) ? 'refused' : 'later';
}
