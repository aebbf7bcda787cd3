import type { Fill } from './fill';

/** A position from its opening to its end. */
export interface RoundTrip {
  /** Position of the instrument in the account. */
  readonly instrument: number;
  /** Bought first, or sold short first. */
  readonly side: 'long' | 'short';
  /** When it was opened, ms UTC. */
  readonly openedAt: number;
  /** When it was closed, ms UTC; null when it was open at the end. */
  readonly closedAt: number | null;
  /** Base currency that was opened in all. */
  readonly quantity: number;
  /** Mean price paid at the opening, quote currency. */
  readonly entryPrice: number;
  /** Mean price got at the closing, quote currency; for what is open the last price. */
  readonly exitPrice: number;
  /** Fees of all its fills, quote currency. */
  readonly fees: number;
  /** What it won or lost behind fees and slippage, quote currency. */
  readonly profit: number;
  /** profit / amount at the opening. */
  readonly return: number;
}

interface OpenTrip {
  readonly side: 1 | -1;
  readonly openedAt: number;
  entered: number;
  entryAmount: number;
  left: number;
  exitAmount: number;
  fees: number;
}

/** Makes round trips of fills. */
export class RoundTrips {
  /** Those that are over, in the order in which they ended. */
  readonly closed: RoundTrip[] = [];
  private readonly open = new Map<number, OpenTrip>();

  /** Takes the next fill. */
  add({ instrument, at, side, quantity, paid, fee, position }: Fill): void {
    const sign = side === 'buy' ? 1 : -1;
    let trip = this.open.get(instrument);
    if (trip === undefined) {
      trip = { side: sign, openedAt: at, entered: 0, entryAmount: 0, left: 0, exitAmount: 0, fees: 0 };
      this.open.set(instrument, trip);
    }
    trip.fees += fee;
    if (sign === trip.side) {
      trip.entered += quantity;
      trip.entryAmount += quantity * paid;
    } else {
      trip.left += quantity;
      trip.exitAmount += quantity * paid;
    }
    if (position !== 0) return;
    this.open.delete(instrument);
    this.closed.push(roundTrip(instrument, trip, at));
  }

  /** Those that are not over, as if they ended at these prices without costs. */
  stillOpen(prices: Float64Array): RoundTrip[] {
    return [...this.open].map(([instrument, trip]) => {
      const rest = trip.entered - trip.left;
      const exitAmount = trip.exitAmount + rest * (prices[instrument] as number);
      return roundTrip(instrument, { ...trip, left: trip.entered, exitAmount }, null);
    });
  }
}

function roundTrip(instrument: number, trip: OpenTrip, closedAt: number | null): RoundTrip {
  const { side, openedAt, entered, entryAmount, left, exitAmount, fees } = trip;
  const profit = side * (exitAmount - entryAmount) - fees;
  return {
    instrument,
    side: side > 0 ? 'long' : 'short',
    openedAt,
    closedAt,
    quantity: entered,
    entryPrice: entryAmount / entered,
    exitPrice: exitAmount / left,
    fees,
    profit,
    return: profit / entryAmount,
  };
}
