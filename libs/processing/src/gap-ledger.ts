import type { Gap } from '@neuraltrade/contracts';
import {
  begin,
  type ClosedGap,
  endsBehind,
  isNextOrBehind,
  known,
  type KnownGap,
  type KnownGapState,
  plain,
  type TradeInstant,
} from './known-gap';

/** {@link GapLedger} as data. */
export interface GapLedgerState {
  /** Open gaps. */
  readonly open: readonly KnownGapState[];
  /** Gaps with trades missing for good whose ids may still be seen; absent in states of earlier releases. */
  readonly unseen?: readonly KnownGapState[];
  /** Disjoint ascending intervals [from, until) in which trades are missing for good, ms UTC. */
  readonly lost: readonly (readonly [from: number, until: number])[];
}

/** More gaps whose ids may still be seen are not kept apart: the oldest is lost for good. */
const MAX_UNSEEN = 256;

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
  private readonly open = new Map<string, KnownGap>();
  private readonly unseen = new Map<string, KnownGap>();
  private lost: [from: number, until: number][] = [];

  /** @param gridMs a length in ms that every candle opens and closes on a multiple of. */
  constructor(private readonly gridMs: number) {}

  /**
   * Takes note of a gap's status.
   * @param eventTime the newest time (ms UTC) known of the symbol: where a lost gap ends that does not say so itself.
   */
  apply(gap: Gap, eventTime: number): void {
    const { gapId, fromTimestamp: from, toTimestamp, afterTradeId, beforeTradeId, status, cause } = gap;
    const ids = { afterTradeId, beforeTradeId, cause, reached: null };
    if (status === 'open') {
      this.open.set(gapId, { from, to: toTimestamp ?? Infinity, ...ids });
      return;
    }
    this.open.delete(gapId);
    if (status !== 'unfillable') return;
    const to = toTimestamp ?? Math.max(from, eventTime);
    if (afterTradeId === null || beforeTradeId === null) this.addLost(from, to);
    else this.keepUnseen(gapId, { from, to, ...ids });
  }

  /**
   * Takes back what another adapter of the venue has seen: gaps of which every id was, and the part of a gap without an end up
   * to which no id is missing.
   * @param seenUpTo the largest id up to which every whole number behind an id was seen, the id itself when the next one was not.
   * @param newest the trade with the largest id; null while there is none.
   * @returns the gaps that are filled by it, with their ends, and whether anything changed.
   */
  takeBack(
    seenUpTo: (tradeId: string) => string,
    newest: TradeInstant | null,
  ): { filled: ClosedGap[]; changed: boolean } {
    const filled: ClosedGap[] = [];
    let changed = false;
    for (const gaps of [this.open, this.unseen]) {
      for (const [gapId, gap] of gaps) {
        const { afterTradeId, beforeTradeId, reached } = gap;
        if (afterTradeId === null) continue;
        const upTo = seenUpTo(reached?.[0] ?? afterTradeId);
        if (beforeTradeId !== null && isNextOrBehind(upTo, beforeTradeId)) {
          gaps.delete(gapId);
          filled.push({ gapId, ...gap, afterTradeId, beforeTradeId });
          changed = true;
        } else if (beforeTradeId === null && newest !== null && upTo === newest[0] && upTo !== reached?.[0]) {
          if (upTo === afterTradeId) continue;
          gaps.set(gapId, { ...gap, reached: newest });
          changed = true;
        }
      }
    }
    return { filled, changed };
  }

  /**
   * Closes the gaps without an end that lie inside a gap which was just closed, and returns their closing records. An adapter
   * that was killed right after it announced a gap begins anew from what it had saved before: the gap that it then closes has
   * another id, and nobody would ever close the first one.
   * @param eventTime as of {@link apply}.
   * @param seenUpTo as of {@link takeBack}.
   */
  closeInside(closed: Gap, eventTime: number, seenUpTo: (tradeId: string) => string): Gap[] {
    const isSeen = (tradeId: string): boolean => seenUpTo(tradeId) !== tradeId;
    const inside = [...this.open].filter(([, gap]) => gap.to === Infinity && endsBehind(closed, gap, isSeen));
    return inside.map(([gapId, { from, afterTradeId, cause }]) => {
      const record = { ...closed, gapId, afterTradeId, fromTimestamp: from, missing: null, cause };
      // As any other: the ids of one that could not be filled may still be seen.
      this.apply(record, eventTime);
      return record;
    });
  }

  /** Whether trades of [open, close) may be missing. */
  touches(open: number, close: number): boolean {
    for (const gap of this.open.values()) if (begin(gap) < close && gap.to >= open) return true;
    for (const gap of this.unseen.values()) if (gap.from < close && gap.to >= open) return true;
    for (const [from, until] of this.lost) if (from < close && until > open) return true;
    return false;
  }

  /** Begin of the earliest open gap, ms UTC; Infinity when none is open. */
  earliestOpen(): number {
    let earliest = Infinity;
    for (const gap of this.open.values()) earliest = Math.min(earliest, begin(gap));
    return earliest;
  }

  /** Ids above this one may still be filled in: '' for all ids, null for none. */
  fillableAbove(): string | null {
    let lowest: string | null = null;
    for (const { afterTradeId, reached } of this.open.values()) {
      const id = reached?.[0] ?? afterTradeId ?? '';
      if (lowest === null || id.length < lowest.length || (id.length === lowest.length && id < lowest))
        lowest = id;
    }
    return lowest;
  }

  /** Whether there are gaps that the ids of trades may close. */
  get hasIds(): boolean {
    return this.open.size > 0 || this.unseen.size > 0;
  }

  /** Whether any interval is lost for good. */
  get hasLost(): boolean {
    return this.lost.length > 0 || this.unseen.size > 0;
  }

  /** Forgets lost intervals that end at or before an instant (ms UTC): no candle that old is published any more. */
  forgetLostBefore(instant: number): void {
    let passed = 0;
    while (passed < this.lost.length && (this.lost[passed] as [number, number])[1] <= instant) passed++;
    if (passed > 0) this.lost.splice(0, passed);
    for (const [gapId, { to }] of this.unseen) if (to < instant) this.unseen.delete(gapId);
  }

  /** The ledger as data. */
  export(): GapLedgerState {
    return {
      open: [...this.open].map(plain),
      unseen: [...this.unseen].map(plain),
      lost: this.lost,
    };
  }

  /** Continues the ledger that {@link export} wrote. */
  static restore(gridMs: number, state: GapLedgerState): GapLedger {
    const ledger = new GapLedger(gridMs);
    for (const gap of state.open) ledger.open.set(gap[0], known(gap));
    for (const gap of state.unseen ?? []) ledger.unseen.set(gap[0], known(gap));
    for (const [from, until] of state.lost) ledger.addLost(from, until - 1);
    return ledger;
  }

  private keepUnseen(gapId: string, gap: KnownGap): void {
    this.unseen.set(gapId, gap);
    if (this.unseen.size <= MAX_UNSEEN) return;
    const [oldestId, oldest] = this.unseen.entries().next().value as [string, KnownGap];
    this.unseen.delete(oldestId);
    this.addLost(oldest.from, oldest.to);
  }

  /** Adds the interval [from, to], both ends included, and joins what it touches. */
  private addLost(from: number, to: number): void {
    const { gridMs } = this;
    let start = from - (from % gridMs);
    let until = to - (to % gridMs) + gridMs;
    const apart = this.lost.filter(([otherFrom, otherUntil]) => {
      if (otherFrom > until || otherUntil < start) return true;
      start = Math.min(start, otherFrom);
      until = Math.max(until, otherUntil);
      return false;
    });
    apart.push([start, until]);
    this.lost = apart.sort((a, b) => a[0] - b[0]);
  }
}
