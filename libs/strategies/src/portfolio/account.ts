import { type Fill, fillOf } from './fill';

/** What an account begins with and what trading costs. */
export interface AccountSettings {
  /** Cash at the start, quote currency, > 0. */
  readonly cash: number;
  /** Fee of the traded amount, hundredths of a percent, >= 0. */
  readonly feeBps: number;
  /** How much worse than the price an order is filled, hundredths of a percent of it, >= 0; half the spread comes on top. */
  readonly slippageBps: number;
  /** Quantities are cut down to multiples of this, base currency; 0 = any quantity. */
  readonly lotSize: number;
}

/** A price at which an order is filled. */
export interface PricePoint {
  /** When it was traded, ms UTC. */
  readonly at: number;
  /** The price, quote currency. */
  readonly price: number;
  /** Half the spread at that moment, quote currency; 0 when unknown. */
  readonly halfSpread: number;
}

/** An order on its way: which part of the equity is to be held in one instrument. */
export interface Order {
  /** Position of the instrument in the account. */
  readonly instrument: number;
  /** The part of the equity, its sign the side: within [-1, 1] over all instruments. */
  readonly weight: number;
  /** When it was decided, ms UTC. */
  readonly decidedAt: number;
}

/**
 * Cash and positions of one simulated account in one quote currency. It never borrows: positions together are never worth more
 * than the equity when they are opened, short ones counted by their amount. What is sold short earns and costs no interest.
 */
export class Account {
  /** Cash, quote currency; what was received for short sales is in it. */
  cash: number;
  /** Base currency held of each instrument; negative when sold short. */
  readonly positions: Float64Array;
  /** Newest known price of each instrument, quote currency; 0 before the first. */
  readonly prices: Float64Array;
  private readonly feeRate: number;
  private readonly slippageRate: number;

  constructor(
    instruments: number,
    private readonly settings: AccountSettings,
  ) {
    this.cash = settings.cash;
    this.positions = new Float64Array(instruments);
    this.prices = new Float64Array(instruments);
    this.feeRate = settings.feeBps / 10_000;
    this.slippageRate = settings.slippageBps / 10_000;
  }

  /** Cash and what the positions are worth at the newest prices, quote currency. */
  get equity(): number {
    let sum = this.cash;
    for (let index = 0; index < this.positions.length; index++) sum += this.worth(index);
    return sum;
  }

  /** Whether anything is held or owed. */
  get invested(): boolean {
    return this.positions.some((quantity) => quantity !== 0);
  }

  /**
   * Brings one position to the part of the equity that an order asks for. A position that changes sides is closed first, and
   * what is opened counts the equity behind that. Gives at most two fills; none when the lot size leaves nothing to trade.
   */
  execute(order: Order, point: PricePoint): Fill[] {
    const { instrument, weight } = order;
    this.prices[instrument] = point.price;
    const fills: Fill[] = [];
    const held = this.positions[instrument] as number;
    if (held !== 0 && Math.sign(weight) !== Math.sign(held)) fills.push(this.trade(order, point, -held));
    if (weight !== 0) {
      const quantity = this.quantityTowards(order, point);
      if (quantity !== 0) fills.push(this.trade(order, point, quantity));
    }
    return fills;
  }

  private worth(index: number): number {
    const quantity = this.positions[index] as number;
    return quantity === 0 ? 0 : quantity * (this.prices[index] as number);
  }

  /** What is bought (> 0) or sold to come from a position of the order's side, or from none, to the one that it asks for. */
  private quantityTowards({ instrument, weight }: Order, point: PricePoint): number {
    const { equity } = this;
    const side = Math.sign(weight);
    const held = Math.abs(this.worth(instrument));
    const missing = Math.max(0, Math.abs(weight) * equity) - held;
    if (missing < 0) return -side * this.inLots(-missing / point.price);
    let free = equity;
    for (let index = 0; index < this.positions.length; index++) free -= Math.abs(this.worth(index));
    const spendable = Math.max(0, Math.min(missing, free));
    return side * this.inLots(spendable / (this.pricePaid(side, point) * (1 + this.feeRate)));
  }

  private inLots(quantity: number): number {
    const { lotSize } = this.settings;
    return lotSize === 0 ? quantity : Math.floor(quantity / lotSize) * lotSize;
  }

  private pricePaid(side: number, { price, halfSpread }: PricePoint): number {
    return Math.max(0, price + side * (halfSpread + price * this.slippageRate));
  }

  private trade(order: Order, point: PricePoint, quantity: number): Fill {
    const { instrument } = order;
    const paid = this.pricePaid(Math.sign(quantity), point);
    const fee = Math.abs(quantity) * paid * this.feeRate;
    this.cash -= quantity * paid + fee;
    const held = (this.positions[instrument] as number) + quantity;
    this.positions[instrument] = held;
    return fillOf(order, point, quantity, paid, fee, held);
  }
}
