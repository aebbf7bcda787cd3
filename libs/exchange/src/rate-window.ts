import type { RateLimit } from '@neuraltrade/venues';

/** Counts events in a sliding window, so that a venue's limit is kept before the venue has to enforce it. */
export class RateWindow {
  readonly #limit: RateLimit;
  readonly #times: number[] = [];

  /** @param limit so many events in so long. */
  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /**
   * How long (ms) to wait before the next event, with `reserve` places of the window kept free for others; 0 = now.
   * @param weight how many places the event takes.
   */
  waitMs(now: number, reserve = 0, weight = 1): number {
    this.#forget(now);
    const allowed = Math.max(weight, this.#limit.count - reserve);
    const surplus = this.#times.length + weight - allowed;
    if (surplus <= 0) return 0;
    // An event that needs more than the window holds waits for an empty one.
    const freedBy = this.#times[Math.min(surplus, this.#times.length) - 1] as number;
    return freedBy + this.#limit.windowMs - now;
  }

  /** Counts one event that takes `weight` places. */
  take(now: number, weight = 1): void {
    this.#forget(now);
    for (let place = 0; place < weight; place += 1) this.#times.push(now);
  }

  #forget(now: number): void {
    let old = 0;
    while (old < this.#times.length && (this.#times[old] as number) + this.#limit.windowMs <= now) old += 1;
    if (old > 0) this.#times.splice(0, old);
  }
}
