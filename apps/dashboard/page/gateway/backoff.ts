const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** How long to wait before attempt `attempt` (0 = the first after a loss), ms: full jitter below a doubling, capped bound. */
export function retryDelay(attempt: number, random: () => number): number {
  const bound = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(FIRST_MS / 2 + random() * (bound - FIRST_MS / 2));
}
