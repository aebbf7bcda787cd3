import type { Candle } from '@neuraltrade/contracts';

/**
 * Whether `next` replaces `current` for the same interval: larger epoch, or same epoch and larger revision; partials
 * repeat. The rule of the contracts library, without its schemas, which a page need not load.
 */
export function supersedes(
  next: Pick<Candle, 'epoch' | 'revision'>,
  current: Pick<Candle, 'epoch' | 'revision'>,
): boolean {
  if (next.epoch !== current.epoch) return next.epoch > current.epoch;
  return next.revision > current.revision || (next.revision === -1 && current.revision === -1);
}

const MANY_BARS = 50;
/** Most candles of a series that are loaded, and that stay when the oldest make room. */
export const MOST_CANDLES = 5_000;
/** So many more may come before that, since it draws everything again. */
const ROOM = 500;

/**
 * What taking candles did: nothing, single bars to draw (each replaces its bar or follows the newest one), or so much
 * that everything is drawn again.
 */
export type BookChange =
  { kind: 'none' } | { kind: 'bars'; candles: readonly Candle[] } | { kind: 'rebuilt' };

/** The candles of one series from history and live updates, one an interval. */
export class CandleBook {
  private readonly byTime = new Map<number, Candle>();
  private newest: Candle | undefined;
  private sorted: Candle[] | null = [];

  /** Takes candles in any order; of two for one interval the superseding one stays. */
  take(incoming: readonly Candle[]): BookChange {
    const accepted: Candle[] = [];
    let inserted = false;
    for (const candle of [...incoming].sort((a, b) => a.timestamp - b.timestamp)) {
      const current = this.byTime.get(candle.timestamp);
      if (current !== undefined && !supersedes(candle, current)) continue;
      const isNewest = candle.timestamp >= (this.newest?.timestamp ?? 0);
      inserted ||= current === undefined && !isNewest;
      this.keepSorted(candle, current, isNewest);
      if (isNewest) this.newest = candle;
      this.byTime.set(candle.timestamp, candle);
      accepted.push(candle);
    }
    if (accepted.length === 0) return { kind: 'none' };
    const isCut = this.dropOldest();
    return isCut || inserted || accepted.length > MANY_BARS
      ? { kind: 'rebuilt' }
      : { kind: 'bars', candles: accepted };
  }

  /** All candles, ascending; the same list until candles are taken. */
  ascending(): readonly Candle[] {
    return (this.sorted ??= [...this.byTime.values()].sort((a, b) => a.timestamp - b.timestamp));
  }

  /** The candle that opens at this instant, ms UTC. */
  at(timestamp: number): Candle | undefined {
    return this.byTime.get(timestamp);
  }

  /** The newest candle. */
  last(): Candle | undefined {
    return this.newest;
  }

  /** Number of candles. */
  size(): number {
    return this.byTime.size;
  }

  private dropOldest(): boolean {
    if (this.byTime.size <= MOST_CANDLES + ROOM) return false;
    this.sorted = this.ascending().slice(-MOST_CANDLES);
    this.byTime.clear();
    for (const candle of this.sorted) this.byTime.set(candle.timestamp, candle);
    return true;
  }

  /** The newest candle, which changes all the time, costs no sorting. */
  private keepSorted(candle: Candle, current: Candle | undefined, isNewest: boolean): void {
    if (this.sorted === null) return;
    if (!isNewest) this.sorted = null;
    else if (current === undefined) this.sorted.push(candle);
    else this.sorted[this.sorted.length - 1] = candle;
  }
}
