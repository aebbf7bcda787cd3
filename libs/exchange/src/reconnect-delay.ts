import { fullJitterMs } from '@neuraltrade/backpressure';

/** Bounds of the waiting time between two attempts. */
export interface ReconnectDelayOptions {
  /** Upper bound of the first wait, ms; doubles with each failure. */
  readonly baseMs: number;
  /** Upper bound of every wait, ms. */
  readonly maxMs: number;
}

/** Capped exponential backoff with full jitter. */
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
    this.#failures += 1;
    return Math.round(fullJitterMs(this.#failures, baseMs, maxMs, this.#random));
  }

  /** Forgets the failures: the peer has proven to be well. */
  reset(): void {
    this.#failures = 0;
  }
}
