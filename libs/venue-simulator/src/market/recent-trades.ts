import type { MarketTrade } from './instrument';

/** The newest trades of one instrument: what a venue can still tell about the past. Holds at most `capacity`. */
export class RecentTrades {
  readonly #slots: MarketTrade[] = [];
  #next = 0;

  /** @param capacity most trades held, > 0. */
  constructor(readonly capacity: number) {}

  /** How many are held. */
  get size(): number {
    return this.#slots.length;
  }

  /** The newest; undefined when there is none. */
  get newest(): MarketTrade | undefined {
    return this.#slots[(this.#next + this.capacity - 1) % this.capacity];
  }

  /** Adds the newest; the oldest leaves when the ring is full. */
  push(trade: MarketTrade): void {
    this.#slots[this.#next] = trade;
    this.#next = (this.#next + 1) % this.capacity;
  }

  /** The newest `count` (or fewer) in ascending order. */
  last(count: number): MarketTrade[] {
    const length = Math.min(count, this.#slots.length);
    const trades: MarketTrade[] = [];
    for (let back = length; back > 0; back--) {
      const trade = this.#slots[(this.#next - back + this.capacity) % this.capacity];
      if (trade !== undefined) trades.push(trade);
    }
    return trades;
  }
}
