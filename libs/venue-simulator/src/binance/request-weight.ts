import type { RestAnswer } from '../server/simulated-venue';

/** Weight of all requests in one minute of the clock. */
export const WEIGHT_LIMIT = 6_000;

const MINUTE_MS = 60_000;
/** Requests that may come while a client is told to wait before it counts as ignoring that: those already on the way. */
const PATIENCE = 10;
const FIRST_BAN_MS = 120_000;
const LONGEST_BAN_MS = 3 * 24 * 3_600_000;

const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ['/api/v3/exchangeInfo', 20],
  ['/api/v3/klines', 2],
  ['/api/v3/trades', 25],
  ['/api/v3/historicalTrades', 25],
]);

/**
 * The weight limit of the REST API: 429 beyond it until the minute ends, 418 for a client that goes on asking
 * meanwhile, each ban twice as long as the one before. All clients count together, as if they shared one address.
 */
export class RequestWeight {
  #minute = -1;
  #used = 0;
  #ignored = 0;
  #banMs = FIRST_BAN_MS;
  #bannedUntilMs = -Infinity;

  /** Weight used in the current minute. */
  get used(): number {
    return this.#used;
  }

  /** Counts a request. @returns the refusal, or null when it is admitted. */
  refusal(path: string, nowMs: number): RestAnswer | null {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== this.#minute) [this.#minute, this.#used, this.#ignored] = [minute, 0, 0];
    if (nowMs < this.#bannedUntilMs) return this.#banned(nowMs);
    this.#used += WEIGHTS.get(path) ?? 1;
    if (this.#used <= WEIGHT_LIMIT) return null;
    this.#ignored++;
    if (this.#ignored > PATIENCE) {
      this.#bannedUntilMs = nowMs + this.#banMs;
      this.#banMs = Math.min(LONGEST_BAN_MS, 2 * this.#banMs);
      return this.#banned(nowMs);
    }
    return refused(
      429,
      (minute + 1) * MINUTE_MS - nowMs,
      `Too much request weight used; current limit is ${WEIGHT_LIMIT} request weight per 1 MINUTE.`,
    );
  }

  #banned(nowMs: number): RestAnswer {
    const untilMs = Math.ceil(this.#bannedUntilMs);
    return refused(418, untilMs - nowMs, `Way too much request weight used; IP banned until ${untilMs}.`);
  }
}

function refused(status: number, waitMs: number, msg: string): RestAnswer {
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) };
  const violation = status === 418 ? 'rest-banned' : 'rest-rate';
  return { status, headers, body: { code: -1003, msg }, violation };
}
