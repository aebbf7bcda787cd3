import { compareTradeIds, type Gap, type GapCause } from '@neuraltrade/contracts';

/** {@link GapLedger} as data. */
export interface GapLedgerState {
  /** Open gaps: id, from, to (null while unknown), last id before (null where there is none), cause. */
  readonly open: readonly (readonly [
    gapId: string,
    from: number,
    to: number | null,
    afterTradeId: string | null,
    cause: GapCause,
  ])[];
  /** Disjoint ascending intervals [from, until) in which trades are missing for good, ms UTC. */
  readonly lost: readonly (readonly [from: number, until: number])[];
}

interface OpenGap {
  readonly from: number;
  readonly to: number;
  readonly afterTradeId: string | null;
  readonly cause: GapCause;
}

/** Whether a gap (its ends belong to it: trades of those milliseconds may be missing) touches [open, close). */
export function gapTouches(
  gap: Pick<Gap, 'fromTimestamp' | 'toTimestamp'>,
  open: number,
  close: number,
): boolean {
  return gap.fromTimestamp < close && (gap.toTimestamp ?? Infinity) >= open;
}

/**
 * Which times of one symbol lack trades: gaps still open, and intervals lost for good. Lost ones are widened to the
 * grid of the shortest steps that every candle is made of, which changes no candle's answer and bounds their number by
 * the time that candles are kept. Open gaps are as many as the adapter has open.
 */
export class GapLedger {
  private readonly open = new Map<string, OpenGap>();
  private lost: [from: number, until: number][] = [];

  /** @param gridMs a length in ms that every candle opens and closes on a multiple of. */
  constructor(private readonly gridMs: number) {}

  /**
   * Takes note of a gap's status.
   * @param eventTime the newest time (ms UTC) known of the symbol: where a lost gap ends that does not say so itself.
   */
  apply(gap: Gap, eventTime: number): void {
    const { gapId, fromTimestamp, toTimestamp, afterTradeId, status, cause } = gap;
    if (status === 'open') {
      this.open.set(gapId, { from: fromTimestamp, to: toTimestamp ?? Infinity, afterTradeId, cause });
      return;
    }
    this.open.delete(gapId);
    if (status === 'unfillable')
      this.addLost(fromTimestamp, toTimestamp ?? Math.max(fromTimestamp, eventTime));
  }

  /**
   * Closes the gaps without an end that lie inside a gap which was just closed, and returns their closing records. An adapter
   * that was killed right after it announced a gap begins anew from what it had saved before: the gap that it then closes has
   * another id, and nobody would ever close the first one.
   */
  closeInside(closed: Gap): Gap[] {
    const inside = [...this.open].filter(([, gap]) => gap.to === Infinity && endsBehind(closed, gap));
    return inside.map(([gapId, { from, afterTradeId, cause }]) => {
      this.open.delete(gapId);
      return { ...closed, gapId, afterTradeId, fromTimestamp: from, missing: null, cause };
    });
  }

  /** Whether trades of [open, close) may be missing. */
  touches(open: number, close: number): boolean {
    for (const gap of this.open.values()) if (gap.from < close && gap.to >= open) return true;
    for (const [from, until] of this.lost) if (from < close && until > open) return true;
    return false;
  }

  /** Begin of the earliest open gap, ms UTC; Infinity when none is open. */
  earliestOpen(): number {
    let earliest = Infinity;
    for (const { from } of this.open.values()) if (from < earliest) earliest = from;
    return earliest;
  }

  /** Ids above this one may still be filled in: '' for all ids, null for none. */
  fillableAbove(): string | null {
    let lowest: string | null = null;
    for (const { afterTradeId } of this.open.values()) {
      const id = afterTradeId ?? '';
      if (lowest === null || id.length < lowest.length || (id.length === lowest.length && id < lowest))
        lowest = id;
    }
    return lowest;
  }

  /** Whether any interval is lost for good. */
  get hasLost(): boolean {
    return this.lost.length > 0;
  }

  /** Forgets lost intervals that end at or before an instant (ms UTC): no candle that old is published any more. */
  forgetLostBefore(instant: number): void {
    let passed = 0;
    while (passed < this.lost.length && (this.lost[passed] as [number, number])[1] <= instant) passed++;
    if (passed > 0) this.lost.splice(0, passed);
  }

  /** The ledger as data. */
  export(): GapLedgerState {
    return {
      open: [...this.open].map(([id, { from, to, afterTradeId, cause }]) => [
        id,
        from,
        to === Infinity ? null : to,
        afterTradeId,
        cause,
      ]),
      lost: this.lost,
    };
  }

  /** Continues the ledger that {@link export} wrote. */
  static restore(gridMs: number, state: GapLedgerState): GapLedger {
    const ledger = new GapLedger(gridMs);
    for (const [gapId, from, to, afterTradeId, cause] of state.open)
      ledger.open.set(gapId, { from, to: to ?? Infinity, afterTradeId, cause });
    for (const [from, until] of state.lost) ledger.addLost(from, until - 1);
    return ledger;
  }

  /** Adds the interval [from, to], both ends included, and joins what it touches. */
  private addLost(from: number, to: number): void {
    const { gridMs } = this;
    let begin = from - (from % gridMs);
    let until = to - (to % gridMs) + gridMs;
    const apart = this.lost.filter(([otherFrom, otherUntil]) => {
      if (otherFrom > until || otherUntil < begin) return true;
      begin = Math.min(begin, otherFrom);
      until = Math.max(until, otherUntil);
      return false;
    });
    apart.push([begin, until]);
    this.lost = apart.sort((a, b) => a[0] - b[0]);
  }
}

/** Whether a closed gap begins at or before an open one and ends behind its beginning: by ids where it names its end. */
function endsBehind(closed: Gap, open: OpenGap): boolean {
  const { afterTradeId, beforeTradeId, fromTimestamp, toTimestamp } = closed;
  if (fromTimestamp > open.from) return false;
  if (beforeTradeId === null || open.afterTradeId === null)
    return toTimestamp !== null && toTimestamp > open.from;
  if (afterTradeId !== null && compareTradeIds(afterTradeId, open.afterTradeId) > 0) return false;
  return compareTradeIds(beforeTradeId, open.afterTradeId) > 0;
}
