import { type Candle, replaces } from '@neuraltrade/contracts';
import { KeyedLog } from './topics/keyed-log';

const KEPT = 4;
const MOST_LATE = 256;

interface KeptCandle {
  candle: Candle;
  version: number;
}

/**
 * The newest candles of one series, and, while somebody follows it, the late revisions of older ones: the store has those, but
 * who is connected must hear of them.
 */
export class LiveSeries {
  private readonly kept: KeptCandle[] = [];
  private readonly late = new KeyedLog<number, Candle>(MOST_LATE);
  private changes = 0;
  private forgotten = 0;
  private followed = false;

  /** How many changes there were: the version of the newest one. */
  get version(): number {
    return this.changes;
  }

  /** Takes a candle; one that says nothing newer than what is kept changes nothing. */
  accept(candle: Candle): void {
    const index = this.kept.findIndex((kept) => kept.candle.timestamp >= candle.timestamp);
    const found = index === -1 ? undefined : this.kept[index];
    if (found?.candle.timestamp === candle.timestamp) {
      if (!replaces(candle, found.candle)) return;
      found.candle = candle;
      found.version = this.changes += 1;
      return;
    }
    this.changes += 1;
    if (index === 0 && this.kept.length >= KEPT) return this.acceptLate(candle);
    this.kept.splice(index === -1 ? this.kept.length : index, 0, { candle, version: this.changes });
    if (this.kept.length > KEPT) this.forgotten = Math.max(this.forgotten, this.kept.shift()?.version ?? 0);
  }

  /** The kept candles, ascending. */
  newest(): readonly Candle[] {
    return this.kept.map(({ candle }) => candle);
  }

  /** Every candle that changed after a version, in no particular order, each once. */
  after(version: number): Candle[] {
    const changed = this.late.after(version);
    for (const kept of this.kept) if (kept.version > version) changed.push(kept.candle);
    return changed;
  }

  /** Whether every change after this version is still known. */
  holdsAfter(version: number): boolean {
    return version >= this.forgotten && this.late.holdsAfter(version);
  }

  /** Whether late revisions are kept from now on. */
  follow(followed: boolean): void {
    this.followed = followed;
    if (!followed) this.late.clear();
  }

  private acceptLate(candle: Candle): void {
    if (this.followed) this.late.put(candle.timestamp, candle, this.changes);
    else this.forgotten = this.changes;
  }
}
