import type { MarketOrder } from '../market/instrument';
import type { SendOrder, TradeFault, TradeFaultNote } from './trade-faults';

/** The next `count` trades are not sent; they have their ids all the same. */
export class DroppedTrades implements TradeFault {
  #left: number;
  readonly #note: TradeFaultNote;

  constructor(count: number, note: TradeFaultNote) {
    this.#left = count;
    this.#note = note;
  }

  /** See {@link TradeFault.done}. */
  get done(): boolean {
    return this.#left === 0;
  }

  /** See {@link TradeFault.take}. */
  take({ instrument, trades }: MarketOrder, nowMs: number, send: SendOrder): void {
    const lost = trades.slice(0, this.#left);
    this.#left -= lost.length;
    this.#note(lost, { at: nowMs });
    if (lost.length < trades.length) send({ instrument, trades: trades.slice(lost.length) });
  }

  /** See {@link TradeFault.turn}. */
  turn(): void {
    // It keeps nothing.
  }
}

/** The frames of the next `count` orders are sent twice. */
export class DoubledFrames implements TradeFault {
  #left: number;
  readonly #note: TradeFaultNote;

  constructor(count: number, note: TradeFaultNote) {
    this.#left = count;
    this.#note = note;
  }

  /** See {@link TradeFault.done}. */
  get done(): boolean {
    return this.#left === 0;
  }

  /** See {@link TradeFault.take}. */
  take(order: MarketOrder, nowMs: number, send: SendOrder): void {
    this.#left--;
    send(order);
    send(order);
    this.#note(order.trades, { at: nowMs });
  }

  /** See {@link TradeFault.turn}. */
  turn(): void {
    // It keeps nothing.
  }
}
