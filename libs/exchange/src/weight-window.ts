import type { RateLimit } from '@neuraltrade/venues';

/** What was spent of a budget in a sliding window: requests of any weight, our own and those that others on our address sent. */
export class WeightWindow {
  readonly #limit: RateLimit;
  readonly #spent: { readonly at: number; readonly weight: number }[] = [];
  #used = 0;

  /** @param limit so much weight in so long. */
  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** How long (ms) to wait before something of a weight may be spent with `reserve` left for others; 0 = now. */
  waitMs(now: number, weight: number, reserve = 0): number {
    this.#forget(now);
    // What needs more than the window holds waits for an empty one.
    let surplus = this.#used + weight - Math.max(weight, this.#limit.count - reserve);
    for (const { at, weight: freed } of this.#spent) {
      if (surplus <= 0) break;
      surplus -= freed;
      if (surplus <= 0) return at + this.#limit.windowMs - now;
    }
    return 0;
  }

  /** Counts what is spent. */
  take(now: number, weight: number): void {
    this.#forget(now);
    this.#spent.push({ at: now, weight });
    this.#used += weight;
  }

  /** The venue's own count, ours included: what is above ours was spent by others, at the latest now. */
  reported(now: number, used: number): void {
    this.#forget(now);
    const byOthers = Math.min(used, this.#limit.count) - this.#used;
    if (byOthers > 0) this.take(now, byOthers);
  }

  #forget(now: number): void {
    let old = 0;
    for (const { at, weight } of this.#spent) {
      if (at + this.#limit.windowMs > now) break;
      this.#used -= weight;
      old += 1;
    }
    if (old > 0) this.#spent.splice(0, old);
  }
}
