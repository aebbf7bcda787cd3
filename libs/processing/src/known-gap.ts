import { compareTradeIds, type Gap, type GapCause, idsBetween } from '@neuraltrade/contracts';

/**
 * A gap as data: id, from, to (null while unknown), last id before (null where there is none), cause, first id behind (null
 * where none is known), and up to where its ids were seen without a hole (null where none was). States of earlier releases
 * end with the cause.
 */
export type KnownGapState = readonly [
  gapId: string,
  from: number,
  to: number | null,
  afterTradeId: string | null,
  cause: GapCause,
  beforeTradeId?: string | null,
  reached?: TradeInstant | null,
];

/** A trade's id and its venue time, ms UTC. */
export type TradeInstant = readonly [tradeId: string, timestamp: number];

/** A gap that a ledger knows. */
export interface KnownGap {
  /** From where on trades may be missing by its record, ms UTC. */
  readonly from: number;
  /** Up to where, ms UTC; Infinity while unknown. */
  readonly to: number;
  /** Id of the last trade before it; null where there is none. */
  readonly afterTradeId: string | null;
  /** Id of the first trade behind it; null where none is known. */
  readonly beforeTradeId: string | null;
  /** What was noticed. */
  readonly cause: GapCause;
  /** Whoever saw them: the ids up to this trade are not missing. */
  readonly reached: TradeInstant | null;
}

/** A gap of which every id was seen. */
export interface ClosedGap extends Pick<KnownGap, 'from' | 'to' | 'cause'> {
  /** Its id. */
  readonly gapId: string;
  /** Last id before it. */
  readonly afterTradeId: string;
  /** First id behind it. */
  readonly beforeTradeId: string;
}

/**
 * Whether a closed gap begins at or before an open one and ends behind its beginning: by ids where it names its end. A part that
 * ends right where the open one begins says nothing of it.
 * @param isSeen whether the trade behind an id was seen.
 */
export function endsBehind(closed: Gap, open: KnownGap, isSeen: (afterTradeId: string) => boolean): boolean {
  const { afterTradeId, beforeTradeId, fromTimestamp, toTimestamp } = closed;
  if (fromTimestamp > open.from) return false;
  if (beforeTradeId === null || open.afterTradeId === null)
    return toTimestamp !== null && toTimestamp > open.from;
  if (afterTradeId !== null && compareTradeIds(afterTradeId, open.afterTradeId) > 0) return false;
  if (compareTradeIds(beforeTradeId, open.afterTradeId) <= 0) return false;
  return idsBetween(open.afterTradeId, beforeTradeId) > 0 || isSeen(open.afterTradeId);
}

/** From where on trades may be missing, ms UTC. */
export function begin({ from, reached }: KnownGap): number {
  return reached === null ? from : Math.max(from, reached[1]);
}

/** Whether no whole number lies between two ids. */
export function isNextOrBehind(seenUpTo: string, beforeTradeId: string): boolean {
  return compareTradeIds(String(BigInt(seenUpTo) + 1n), beforeTradeId) >= 0;
}

/** A gap of a ledger as data. */
export function plain([gapId, gap]: readonly [string, KnownGap]): KnownGapState {
  const { from, to, afterTradeId, cause, beforeTradeId, reached } = gap;
  return [gapId, from, to === Infinity ? null : to, afterTradeId, cause, beforeTradeId, reached];
}

/** The gap that {@link plain} wrote. */
export function known(state: KnownGapState): KnownGap {
  const [, from, to, afterTradeId, cause, beforeTradeId = null, reached = null] = state;
  return { from, to: to ?? Infinity, afterTradeId, beforeTradeId, cause, reached };
}
