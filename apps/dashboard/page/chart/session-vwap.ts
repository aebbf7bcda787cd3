import type { Candle } from '@neuraltrade/contracts';

const DAY_MS = 86_400_000;

/** The volume-weighted average price of the session up to and with one candle. */
export interface SessionVwap {
  /** The candle's opening, ms UTC. */
  readonly timestamp: number;
  /** Mean price of all volume since `since`, quote currency. */
  readonly value: number;
  /** Opening of the first candle that counts, ms UTC: of the UTC day, or of what is loaded of it. */
  readonly since: number;
}

interface Sums {
  readonly since: number;
  readonly volume: number;
  readonly notional: number;
}

/** VWAP that begins anew each UTC day, from the VWAP and volume of its candles. */
export class SessionVwapLine {
  private timestamp = 0;
  private before: Sums = { since: 0, volume: 0, notional: 0 };
  private upTo: Sums = this.before;

  /** The whole line of ascending candles; later ones may follow by `next`. */
  rebuild(candles: readonly Candle[]): SessionVwap[] {
    this.timestamp = 0;
    this.before = this.upTo = { since: 0, volume: 0, notional: 0 };
    return candles.map((candle) => this.next(candle));
  }

  /** The point of the newest candle, or of one behind it; an older one takes a rebuild. */
  next({ timestamp, volume, vwap }: Candle): SessionVwap {
    if (timestamp > this.timestamp) this.before = this.upTo;
    this.timestamp = timestamp;
    const isNewDay = dayOf(this.before.since) !== dayOf(timestamp);
    const before = isNewDay ? { since: timestamp, volume: 0, notional: 0 } : this.before;
    this.upTo = {
      since: before.since,
      volume: before.volume + volume,
      notional: before.notional + volume * vwap,
    };
    return { timestamp, value: this.upTo.notional / this.upTo.volume, since: this.upTo.since };
  }
}

function dayOf(timestamp: number): number {
  return Math.floor(timestamp / DAY_MS);
}
