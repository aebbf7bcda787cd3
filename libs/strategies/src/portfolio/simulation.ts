import type { Strategy } from '../rules';
import { Account, type AccountSettings, type Order } from './account';
import { type BarSeries, candleAt } from './bars';
import { EquityCurve } from './equity-curve';
import type { Fill } from './fill';
import { type RoundTrip, RoundTrips } from './round-trips';

/** What came of a simulation. */
export interface SimulationResult {
  /** Equity at the close of every candle. */
  readonly equity: EquityCurve;
  /** Every execution in order. */
  readonly fills: readonly Fill[];
  /** Every position: those that ended, in the order in which they did, and then those that were open at the end. */
  readonly trips: readonly RoundTrip[];
  /** Orders for which the history held no later price. */
  readonly unfilled: number;
  /** When the equity was used up and everything was closed for good, ms UTC; null when it never was. */
  readonly ruinedAt: number | null;
  /** Candles that strategies were not shown because trades of them are missing. */
  readonly skippedCandles: number;
}

/** One instrument of a simulation. */
export interface Instrument {
  /** Its history. */
  readonly bars: BarSeries;
  /** A fresh strategy of its own. */
  readonly strategy: Strategy;
}

interface PendingOrder extends Order {
  readonly index: number;
}

/** The part of a history in which is traded. */
export interface TradingWindow {
  /** Strategies see earlier candles, but nothing is traded on them, ms UTC; absent = from the first one on. */
  readonly from?: number;
  /** Nothing later happens, ms UTC, inclusive; absent = to the last one. */
  readonly to?: number;
}

/**
 * Trades one account over the history of some instruments, equal parts of the equity for each. A strategy is shown a candle
 * when it is visible, and its order is filled at a price behind that: a decision cannot rest on anything later, and neither
 * can a fill that has happened. An order is made when the position that a strategy wants changes, not to keep its share.
 * @throws Error when a strategy asks for no position between -1 and 1.
 */
export function simulate(
  instruments: readonly Instrument[],
  settings: AccountSettings,
  { from = -Infinity, to = Infinity }: TradingWindow = {},
): SimulationResult {
  return new Simulation(instruments, settings, from, to).run();
}

/** Kinds of events, in the order in which they come when they come at once. */
const CLOSE = 0;
const FILL = 1;
const DECISION = 2;

class Simulation {
  private readonly account: Account;
  private readonly trips = new RoundTrips();
  private readonly fills: Fill[] = [];
  private readonly equity: EquityCurve;
  private readonly share: number;
  private readonly closes: Int32Array;
  private readonly decisions: Int32Array;
  private readonly wanted: Float64Array;
  private readonly pending: PendingOrder[][];
  private unfilled = 0;
  private ruinedAt: number | null = null;
  private skippedCandles = 0;

  constructor(
    private readonly instruments: readonly Instrument[],
    settings: AccountSettings,
    private readonly from: number,
    private readonly to: number,
  ) {
    const count = instruments.length;
    this.account = new Account(count, settings);
    this.share = 1 / count;
    this.closes = new Int32Array(count);
    this.decisions = new Int32Array(count);
    this.wanted = new Float64Array(count);
    this.pending = instruments.map(() => []);
    const opens = instruments.map(({ bars }) => (bars.length === 0 ? Infinity : (bars.openAt[0] as number)));
    this.equity = new EquityCurve(Math.max(Math.min(...opens), from), settings.cash);
  }

  run(): SimulationResult {
    for (;;) {
      let due = Infinity;
      let instrument = -1;
      let kind = CLOSE;
      for (let index = 0; index < this.instruments.length; index++) {
        for (let each = CLOSE; each <= DECISION; each++) {
          const at = this.next(index, each);
          if (at < due || (at === due && each < kind)) [due, instrument, kind] = [at, index, each];
        }
      }
      if (instrument === -1 || due > this.to) break;
      if (kind === CLOSE) this.close(instrument, due);
      else if (kind === FILL) this.fill(instrument, due);
      else this.decide(instrument, due);
    }
    const { equity, fills, trips, ruinedAt, skippedCandles } = this;
    const unfilled = this.unfilled + this.pending.flat().length;
    const all = [...trips.closed, ...trips.stillOpen(this.account.prices)];
    return { equity, fills, trips: all, unfilled, ruinedAt, skippedCandles };
  }

  private next(instrument: number, kind: number): number {
    const { bars } = this.instruments[instrument] as Instrument;
    if (kind === FILL) {
      const order = this.pending[instrument]?.[0];
      return order === undefined ? Infinity : (bars.fillAt[order.index] as number);
    }
    const index = (kind === CLOSE ? this.closes : this.decisions)[instrument] as number;
    if (index >= bars.length) return Infinity;
    return kind === CLOSE
      ? (bars.openAt[index] as number) + bars.lengthMs
      : (bars.visibleAt[index] as number);
  }

  private close(instrument: number, at: number): void {
    const { bars } = this.instruments[instrument] as Instrument;
    const index = this.closes[instrument] as number;
    this.closes[instrument] = index + 1;
    this.account.prices[instrument] = bars.close[index] as number;
    const { equity } = this.account;
    if (equity <= 0 && this.ruinedAt === null && this.account.invested) this.ruin(at);
    this.equity.add(at, this.account.equity, this.account.invested);
  }

  private decide(instrument: number, at: number): void {
    const { bars, strategy } = this.instruments[instrument] as Instrument;
    const index = this.decisions[instrument] as number;
    this.decisions[instrument] = index + 1;
    const candle = candleAt(bars, index);
    if (candle === null) {
      this.skippedCandles += 1;
      return;
    }
    const target = strategy.onCandle(candle);
    if (!(target >= -1 && target <= 1))
      throw new Error(`A strategy asked for a position of ${target}; it must lie between -1 and 1.`);
    if (at < this.from || this.ruinedAt !== null || target === this.wanted[instrument]) return;
    this.wanted[instrument] = target;
    if (bars.fillAt[index] === Infinity) this.unfilled += 1;
    else this.pending[instrument]?.push({ instrument, weight: target * this.share, decidedAt: at, index });
  }

  /** Of orders that the same price fills only the newest counts: it says what is wanted. */
  private fill(instrument: number, at: number): void {
    const { bars } = this.instruments[instrument] as Instrument;
    const orders = this.pending[instrument] as PendingOrder[];
    let order = orders.shift() as PendingOrder;
    while (orders[0] !== undefined && bars.fillAt[orders[0].index] === at)
      order = orders.shift() as PendingOrder;
    const price = bars.fillPrice[order.index] as number;
    const halfSpread = bars.fillHalfSpread[order.index] as number;
    this.equity.moment(at, this.account.invested);
    this.execute(order, { at, price, halfSpread });
  }

  private execute(order: Order, point: { at: number; price: number; halfSpread: number }): void {
    for (const fill of this.account.execute(order, point)) {
      this.fills.push(fill);
      this.trips.add(fill);
    }
  }

  private ruin(at: number): void {
    this.ruinedAt = at;
    for (const orders of this.pending) orders.length = 0;
    this.account.positions.forEach((quantity, instrument) => {
      if (quantity === 0) return;
      const price = this.account.prices[instrument] as number;
      this.execute({ instrument, weight: 0, decidedAt: at }, { at, price, halfSpread: 0 });
    });
  }
}
