/** Bounds of the waiting time between two attempts. */
export interface ReconnectDelayOptions {
  /** Upper bound of the first wait, ms; doubles with each failure. */
  readonly baseMs: number;
  /** Upper bound of every wait, ms. */
  readonly maxMs: number;
}

/**
 * Capped exponential backoff with full jitter: a wait is drawn evenly between 0 and the bound, so that many clients that
 * lost the same peer do not come back in step.
 */
export class ReconnectDelay {
  readonly #options: ReconnectDelayOptions;
  readonly #random: () => number;
  #failures = 0;

  /** @param random draws evenly from [0, 1). */
  constructor(options: ReconnectDelayOptions, random: () => number) {
    this.#options = options;
    this.#random = random;
  }

  /** The wait (ms) before the next attempt; each call counts one failure. */
  next(): number {
    const { baseMs, maxMs } = this.#options;
    const bound = Math.min(maxMs, baseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.round(this.#random() * bound);
  }

  /** Forgets the failures: the peer has proven to be well. */
  reset(): void {
    this.#failures = 0;
  }
}
