import type { MarketTrade } from './instrument';

const FIRST_SLOTS = 1_024;

/** Bounds of what a history holds. */
export interface HistoryBounds {
  /** Most trades held, > 0. */
  readonly capacity: number;
  /** Trades of this long before the newest are held as far as the capacity allows, microseconds; older ones may leave. */
  readonly keepUs: number;
}

/**
 * The trades that a venue can still tell of one instrument, in ascending order of id and time. Held in typed arrays, 42
 * bytes a trade, that grow only while they hold nothing older than `keepUs`, up to `capacity`. A position counts from 0,
 * the oldest held trade; positions change when a trade is added.
 */
export class RecentTrades {
  readonly #bounds: HistoryBounds;
  #ids: Float64Array;
  #prices: Float64Array;
  #sizes: Float64Array;
  #times: Float64Array;
  #sequences: Float64Array;
  #takerBuys: Uint8Array;
  #told: Uint8Array;
  #first = 0;
  #size = 0;
  #newest: MarketTrade | undefined;

  constructor(bounds: HistoryBounds) {
    this.#bounds = bounds;
    const slots = Math.min(bounds.capacity, FIRST_SLOTS);
    const numbers = (): Float64Array => new Float64Array(slots);
    [this.#ids, this.#prices, this.#sizes] = [numbers(), numbers(), numbers()];
    [this.#times, this.#sequences] = [numbers(), numbers()];
    [this.#takerBuys, this.#told] = [new Uint8Array(slots), new Uint8Array(slots)];
  }

  /** How many are held. */
  get size(): number {
    return this.#size;
  }

  /** The newest; undefined when there is none. */
  get newest(): MarketTrade | undefined {
    return this.#newest;
  }

  /** Adds the newest; the oldest leaves when there is no more room for it. */
  push(trade: MarketTrade): void {
    if (this.#size === this.#ids.length) this.#makeRoom(trade.timeUs);
    const slot = this.#slot(this.#size);
    this.#ids[slot] = trade.id;
    this.#prices[slot] = trade.price;
    this.#sizes[slot] = trade.size;
    this.#times[slot] = trade.timeUs;
    this.#sequences[slot] = trade.sequence;
    this.#takerBuys[slot] = trade.takerBuys ? 1 : 0;
    this.#told[slot] = 0;
    this.#size++;
    this.#newest = trade;
  }

  /** The trades of the positions `from` to `to` (exclusive), ascending; what lies outside is left out. */
  range(from: number, to: number): MarketTrade[] {
    const end = Math.min(to, this.#size);
    const trades: MarketTrade[] = [];
    for (let position = Math.max(0, from); position < end; position++) trades.push(this.#at(position));
    return trades;
  }

  /** The newest `count` (or fewer) in ascending order. */
  last(count: number): MarketTrade[] {
    return this.range(this.#size - count, this.#size);
  }

  /** Position of the first trade whose id is at least `id`; the number held when there is none. */
  positionOfId(id: number): number {
    return this.#positionIn(this.#ids, id);
  }

  /** Position of the first trade at or after a time, microseconds UTC; the number held when there is none. */
  positionOfTime(timeUs: number): number {
    return this.#positionIn(this.#times, timeUs);
  }

  /** Notes that a client was told of the trade. @returns true the first time; false when the trade is not held. */
  markTold(id: number): boolean {
    const position = this.positionOfId(id);
    const slot = this.#slot(position);
    if (position === this.#size || this.#ids[slot] !== id || this.#told[slot] === 1) return false;
    this.#told[slot] = 1;
    return true;
  }

  /** Whether {@link markTold} was called for the trade at a position. */
  isTold(position: number): boolean {
    return this.#told[this.#slot(position)] === 1;
  }

  #slot(position: number): number {
    return (this.#first + position) % this.#ids.length;
  }

  #at(position: number): MarketTrade {
    const slot = this.#slot(position);
    return {
      id: this.#ids[slot] ?? 0,
      price: this.#prices[slot] ?? 0,
      size: this.#sizes[slot] ?? 0,
      takerBuys: this.#takerBuys[slot] === 1,
      timeUs: this.#times[slot] ?? 0,
      sequence: this.#sequences[slot] ?? 0,
    };
  }

  #positionIn(values: Float64Array, value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[this.#slot(middle)] ?? Infinity) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #makeRoom(timeUs: number): void {
    const { capacity, keepUs } = this.#bounds;
    const oldestUs = this.#times[this.#first] ?? 0;
    if (this.#ids.length === capacity || timeUs - oldestUs > keepUs) {
      this.#first = (this.#first + 1) % this.#ids.length;
      this.#size--;
      return;
    }
    const slots = Math.min(capacity, 2 * this.#ids.length);
    const numbers = (old: Float64Array): Float64Array => this.#unrolled(old, new Float64Array(slots));
    const flags = (old: Uint8Array): Uint8Array => this.#unrolled(old, new Uint8Array(slots));
    [this.#ids, this.#prices] = [numbers(this.#ids), numbers(this.#prices)];
    [this.#sizes, this.#times] = [numbers(this.#sizes), numbers(this.#times)];
    this.#sequences = numbers(this.#sequences);
    [this.#takerBuys, this.#told] = [flags(this.#takerBuys), flags(this.#told)];
    this.#first = 0;
  }

  /** The values of a full ring in ascending order at the beginning of a larger array. */
  #unrolled<Values extends Float64Array | Uint8Array>(old: Values, larger: Values): Values {
    larger.set(old.subarray(this.#first), 0);
    larger.set(old.subarray(0, this.#first), old.length - this.#first);
    return larger;
  }
}
