import { decimalValue } from '../decimal';
import { isList } from '../json-value';
import type { BookData } from './wire';

/** One side's best level as the venue wrote it; null where the side is absent. */
export interface Level {
  /** Price, decimal text. */
  readonly price: unknown;
  /** Size, decimal text. */
  readonly size: unknown;
}

/** The best bid and ask of one symbol after some frame. */
export interface Top {
  /** Best bid. */
  readonly bid: Level | null;
  /** Best ask. */
  readonly ask: Level | null;
  /** Update id of the frame that made it; 0 where the frame named none. */
  readonly updateId: number;
  /** Engine time of that frame, ms UTC; null where it named none. */
  readonly timestamp: number | null;
}

/** What a snapshot says: an empty side is an absent side. Null when a side cannot be read. */
export function topOfSnapshot(data: BookData, timestamp: number | null): Top | null {
  const bid = bestOf(data.b, null, 1);
  const ask = bestOf(data.a, null, -1);
  return bid === undefined || ask === undefined ? null : { bid, ask, updateId: updateIdOf(data), timestamp };
}

/**
 * The book after a delta: an empty side is unchanged, size 0 removes that price, and a new level may come with the
 * removal of the old one in any order. A delta older than the book leaves it as it is. Null when a side cannot be read.
 */
export function topAfterDelta(before: Top, data: BookData, timestamp: number | null): Top | null {
  const updateId = updateIdOf(data);
  const bid = bestOf(data.b, before.bid, 1);
  const ask = bestOf(data.a, before.ask, -1);
  if (bid === undefined || ask === undefined) return null;
  return updateId !== 0 && updateId < before.updateId ? before : { bid, ask, updateId, timestamp };
}

/** The best level after some rows; `direction` is 1 where higher is better. Undefined when a row cannot be read. */
function bestOf(rows: unknown, old: Level | null, direction: 1 | -1): Level | null | undefined {
  if (!isList(rows)) return undefined;
  let best: Level | null = null;
  let oldRemoved = false;
  for (const row of rows) {
    if (!isList(row)) return undefined;
    const price = decimalValue(row[0], 'plain');
    const size = decimalValue(row[1], 'plain');
    if (!(price > 0) || !(size >= 0)) return undefined;
    if (size === 0) oldRemoved ||= old !== null && priceOf(old) === price;
    else if (best === null || (price - priceOf(best)) * direction > 0) best = { price: row[0], size: row[1] };
  }
  return best ?? (oldRemoved ? null : old);
}

function priceOf(level: Level): number {
  return decimalValue(level.price, 'plain');
}

function updateIdOf({ u }: BookData): number {
  return typeof u === 'number' && Number.isSafeInteger(u) ? u : 0;
}
