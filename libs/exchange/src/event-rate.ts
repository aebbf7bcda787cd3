/** Events closer together than this (ms) are one burst: a sweep of twelve fills says nothing of when the next comes. */
const BURST_MS = 1_000;
/** Weight of the newest interval in the mean is one part in so many. */
const MEMORY = 16;
/** A stream is suspicious when it was silent for so many of its mean intervals. */
const SUSPICIOUS_INTERVALS = 20;
/** Never suspicious before, ms; the longest wait for the first suspicion, ms; the longest after confirmations, ms. */
const LEAST_MS = 20_000;
const MOST_MS = 900_000;
const QUIET_MOST_MS = 7_200_000;
/** Before a second event came, ms. */
const UNKNOWN_MS = 60_000;

/** How often events of one stream come, and after which silence that is worth a question. Cheap with each event. */
export class EventRate {
  #lastAt: number | null = null;
  #meanMs: number | null = null;
  #doublings = 0;

  /** Arrival of the newest event, ms UTC; null before any, or since an interruption. */
  get lastAt(): number | null {
    return this.#lastAt;
  }

  /** Silence (ms) from which on the stream is suspicious. */
  get limitMs(): number {
    const wanted = this.#meanMs === null ? UNKNOWN_MS : this.#meanMs * SUSPICIOUS_INTERVALS;
    return Math.min(QUIET_MOST_MS, Math.min(MOST_MS, Math.max(LEAST_MS, wanted)) * 2 ** this.#doublings);
  }

  /** An event arrived, ms UTC. */
  event(at: number): void {
    this.#doublings = 0;
    const intervalMs = this.#lastAt === null ? 0 : at - this.#lastAt;
    if (this.#lastAt !== null && intervalMs < BURST_MS) return;
    this.#lastAt = at;
    if (intervalMs === 0) return;
    this.#meanMs = this.#meanMs === null ? intervalMs : this.#meanMs + (intervalMs - this.#meanMs) / MEMORY;
  }

  /** The silence was found to be a quiet market: the next question comes after twice the time. */
  confirmQuiet(): void {
    if (this.limitMs < QUIET_MOST_MS) this.#doublings += 1;
  }

  /** Nothing could be heard for a while: the time until the next event is no interval. */
  interrupt(): void {
    this.#lastAt = null;
  }
}
