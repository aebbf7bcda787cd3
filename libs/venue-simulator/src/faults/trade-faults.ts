import type { Instrument, MarketOrder, MarketTrade } from '../market/instrument';

/** Sends the frames of an order to the clients. */
export type SendOrder = (order: MarketOrder) => void;

/** Is told which trades a fault befell: when it began with them and when it was over, ms. */
export type TradeFaultNote = (
  trades: readonly MarketTrade[],
  span: { readonly at: number; readonly until?: number; readonly inOrder?: true },
) => void;

/** One fault of one instrument's trades. */
export interface TradeFault {
  /** An order happened: sends it, keeps it or loses it. */
  take(order: MarketOrder, nowMs: number, send: SendOrder): void;
  /** Sends what has waited long enough. */
  turn(nowMs: number, send: SendOrder): void;
  /** Whether it has nothing more to do. */
  readonly done: boolean;
}

/** The faults that wait for trades, by instrument; one instrument's faults act one after the other. */
export class TradeFaults {
  readonly #waiting = new Map<Instrument, TradeFault[]>();
  readonly #nowMs: () => number;
  readonly #send: SendOrder;

  constructor(nowMs: () => number, send: SendOrder) {
    this.#nowMs = nowMs;
    this.#send = send;
  }

  /** Lets a fault befall the instrument's next orders, after those that already wait. */
  add(instrument: Instrument, fault: TradeFault): void {
    const waiting = this.#waiting.get(instrument);
    if (waiting === undefined) this.#waiting.set(instrument, [fault]);
    else waiting.push(fault);
  }

  /** Whether a fault of the instrument's trades is not over. */
  isBusy(instrument: Instrument): boolean {
    return this.#waiting.has(instrument);
  }

  /** Sends an order, or what the fault leaves of it. */
  pass(order: MarketOrder): void {
    const fault = this.#waiting.size === 0 ? undefined : this.#waiting.get(order.instrument)?.[0];
    if (fault === undefined) this.#send(order);
    else {
      fault.take(order, this.#nowMs(), this.#send);
      this.#leave(order.instrument, fault);
    }
  }

  /** Sends what has waited long enough. */
  turn(): void {
    for (const [instrument, [fault]] of this.#waiting) {
      if (fault === undefined) continue;
      fault.turn(this.#nowMs(), this.#send);
      this.#leave(instrument, fault);
    }
  }

  #leave(instrument: Instrument, fault: TradeFault): void {
    if (!fault.done) return;
    const waiting = this.#waiting.get(instrument);
    waiting?.shift();
    if (waiting?.length === 0) this.#waiting.delete(instrument);
  }
}
