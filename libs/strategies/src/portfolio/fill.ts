import type { Order, PricePoint } from './account';

/** One execution. */
export interface Fill {
  /** Position of the instrument in the account. */
  readonly instrument: number;
  /** When the order was decided, ms UTC. */
  readonly decidedAt: number;
  /** When it was filled, ms UTC; later than decidedAt and the latency. */
  readonly at: number;
  /** What was done. */
  readonly side: 'buy' | 'sell';
  /** Base currency, > 0. */
  readonly quantity: number;
  /** The price that was traded at that moment, quote currency. */
  readonly price: number;
  /** The price that the account got: never better than `price`. */
  readonly paid: number;
  /** Fee, quote currency. */
  readonly fee: number;
  /** What slippage and half the spread cost, quote currency. */
  readonly slippage: number;
  /** Base currency held afterwards; negative when short. */
  readonly position: number;
}

/** The record of an execution. @param quantity base currency, negative when sold. */
export function fillOf(
  { instrument, decidedAt }: Order,
  { at, price }: PricePoint,
  quantity: number,
  paid: number,
  fee: number,
  position: number,
): Fill {
  const side = quantity > 0 ? 'buy' : 'sell';
  const amount = Math.abs(quantity);
  const slippage = amount * Math.abs(paid - price);
  return { instrument, decidedAt, at, side, quantity: amount, price, paid, fee, slippage, position };
}
