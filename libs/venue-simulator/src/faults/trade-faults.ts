import type { Instrument, MarketOrder, MarketTrade } from '../market/instrument';

/** What is done to trades on their way to the clients. */
export type TradeFaultName = 'drop-trades' | 'duplicate-frames' | 'swap-frames';
/** Is told which trades a fault befell. */
export type TradeFaultListener = (
  fault: TradeFaultName,
  instrument: Instrument,
  trades: readonly MarketTrade[],
) => void;

interface Pending {
  dropTrades: number;
  duplicateOrders: number;
  swapOrders: number;
  /** An order whose frames wait for those of the next. */
  held: MarketOrder | null;
}

/** Trades that are lost, sent twice or sent in the wrong order between the market and its clients. */
export class TradeFaults {
  readonly #pending = new Map<Instrument, Pending>();
  readonly #listener: TradeFaultListener;

  /** @param listener is told of each fault as it happens. */
  constructor(listener: TradeFaultListener) {
    this.#listener = listener;
  }

  /** The next `count` trades are not sent; they have their ids all the same. */
  drop(instrument: Instrument, count: number): void {
    this.#of(instrument).dropTrades += count;
  }

  /** The frames of the next `count` orders are sent twice. */
  duplicate(instrument: Instrument, count: number): void {
    this.#of(instrument).duplicateOrders += count;
  }

  /** The frames of the next order are sent after those of the one that follows it. */
  swap(instrument: Instrument): void {
    this.#of(instrument).swapOrders += 1;
  }

  /** Sends an order, or what the faults leave of it. */
  pass(order: MarketOrder, send: (order: MarketOrder) => void): void {
    const pending = this.#pending.size === 0 ? undefined : this.#pending.get(order.instrument);
    if (pending === undefined) send(order);
    else this.#passFaulty(order, pending, send);
  }

  #passFaulty(order: MarketOrder, pending: Pending, send: (order: MarketOrder) => void): void {
    const { instrument } = order;
    const lost = order.trades.slice(0, pending.dropTrades);
    const trades = order.trades.slice(lost.length);
    pending.dropTrades -= lost.length;
    if (lost.length > 0) this.#listener('drop-trades', instrument, lost);
    if (trades.length === 0) return;
    const left: MarketOrder = { instrument, trades };
    if (pending.held === null && pending.swapOrders > 0) {
      pending.swapOrders--;
      pending.held = left;
      return;
    }
    send(left);
    if (pending.duplicateOrders > 0) {
      pending.duplicateOrders--;
      send(left);
      this.#listener('duplicate-frames', instrument, trades);
    }
    const { held } = pending;
    if (held !== null) {
      pending.held = null;
      send(held);
      this.#listener('swap-frames', instrument, held.trades);
    }
    if (pending.dropTrades + pending.duplicateOrders + pending.swapOrders === 0) {
      this.#pending.delete(instrument);
    }
  }

  #of(instrument: Instrument): Pending {
    let pending = this.#pending.get(instrument);
    if (pending === undefined) {
      pending = { dropTrades: 0, duplicateOrders: 0, swapOrders: 0, held: null };
      this.#pending.set(instrument, pending);
    }
    return pending;
  }
}
