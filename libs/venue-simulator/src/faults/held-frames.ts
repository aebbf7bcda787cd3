import type { MarketOrder } from '../market/instrument';
import type { SendOrder, TradeFault, TradeFaultNote } from './trade-faults';

/** The next `count` orders, or those of `limitMs` from the first on, are sent in reverse. */
export class ReversedFrames implements TradeFault {
  readonly #count: number;
  readonly #limitMs: number;
  readonly #note: TradeFaultNote;
  readonly #held: MarketOrder[] = [];
  #sinceMs = 0;
  #done = false;

  constructor(count: number, limitMs: number, note: TradeFaultNote) {
    this.#count = count;
    this.#limitMs = limitMs;
    this.#note = note;
  }

  /** See {@link TradeFault.done}. */
  get done(): boolean {
    return this.#done;
  }

  /** See {@link TradeFault.take}. */
  take(order: MarketOrder, nowMs: number, send: SendOrder): void {
    if (this.#held.length === 0) this.#sinceMs = nowMs;
    this.#held.push(order);
    if (this.#held.length === this.#count) this.#release(nowMs, send);
  }

  /** See {@link TradeFault.turn}. */
  turn(nowMs: number, send: SendOrder): void {
    if (this.#held.length > 0 && nowMs - this.#sinceMs >= this.#limitMs) this.#release(nowMs, send);
  }

  #release(nowMs: number, send: SendOrder): void {
    this.#done = true;
    for (const order of [...this.#held].reverse()) send(order);
    const span = { at: this.#sinceMs, until: nowMs };
    // The newest goes first and is where it belongs; the others are late.
    const late = this.#held.length > 1 ? this.#held.slice(0, -1) : this.#held;
    this.#note(
      late.flatMap(({ trades }) => trades),
      this.#held.length > 1 ? span : { ...span, inOrder: true },
    );
  }
}

/** Each of the next `count` orders is sent `delayMs` late, while newer ones pass. */
export class LateFrames implements TradeFault {
  readonly #delayMs: number;
  readonly #note: TradeFaultNote;
  readonly #held: { readonly order: MarketOrder; readonly atMs: number }[] = [];
  #left: number;
  #lastPassedMs = -Infinity;

  constructor(count: number, delayMs: number, note: TradeFaultNote) {
    this.#left = count;
    this.#delayMs = delayMs;
    this.#note = note;
  }

  /** See {@link TradeFault.done}. */
  get done(): boolean {
    return this.#left === 0 && this.#held.length === 0;
  }

  /** See {@link TradeFault.take}. */
  take(order: MarketOrder, nowMs: number, send: SendOrder): void {
    if (this.#left > 0) {
      this.#left--;
      this.#held.push({ order, atMs: nowMs });
    } else {
      this.#lastPassedMs = nowMs;
      send(order);
    }
  }

  /** See {@link TradeFault.turn}. */
  turn(nowMs: number, send: SendOrder): void {
    for (let next = this.#held[0]; next !== undefined; next = this.#held[0]) {
      if (nowMs - next.atMs < this.#delayMs) return;
      this.#held.shift();
      send(next.order);
      const span = { at: next.atMs, until: nowMs };
      this.#note(next.order.trades, this.#lastPassedMs >= next.atMs ? span : { ...span, inOrder: true });
    }
  }
}
