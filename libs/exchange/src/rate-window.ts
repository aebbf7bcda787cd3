import type { RateLimit } from '@neuraltrade/venues';

/** Counts events in a sliding window, so that a venue's limit is kept before the venue has to enforce it. */
export class RateWindow {
  readonly #limit: RateLimit;
  readonly #times: number[] = [];

  /** @param limit so many events in so long. */
  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** How long (ms) to wait before the next event, with `reserve` places of the window kept free for others; 0 = now. */
  waitMs(now: number, reserve = 0): number {
    this.#forget(now);
    const free = Math.max(1, this.#limit.count - reserve);
    if (this.#times.length < free) return 0;
    const freedBy = this.#times[this.#times.length - free] as number;
    return freedBy + this.#limit.windowMs - now;
  }

  /** Counts one event. */
  take(now: number): void {
    this.#forget(now);
    this.#times.push(now);
  }

  #forget(now: number): void {
    let old = 0;
    while (old < this.#times.length && (this.#times[old] as number) + this.#limit.windowMs <= now) old += 1;
    if (old > 0) this.#times.splice(0, old);
  }
}
