import type { Candle } from '@neuraltrade/contracts';

/** Intervals without candles get their room on the time axis up to this many in a row; a longer rest is passed over. */
const LONGEST_HOLE = 240;

/** One interval on the time axis. */
export interface Slot {
  /** When it opens, ms UTC. */
  readonly timestamp: number;
  /** Its candle; null when nothing was traded, or nothing observed. */
  readonly candle: Candle | null;
}

/** The openings of the empty intervals between two candles that follow each other, ms UTC; none when they are too many. */
export function holeBetween(earlier: number, later: number, lengthMs: number): number[] {
  const missing = Math.round((later - earlier) / lengthMs) - 1;
  if (missing < 1 || missing > LONGEST_HOLE) return [];
  return Array.from({ length: missing }, (_, index) => earlier + (index + 1) * lengthMs);
}

/** Ascending candles with the empty intervals between them, so that time runs evenly and gaps have their width. */
export function slotsOf(candles: readonly Candle[], lengthMs: number): Slot[] {
  const slots: Slot[] = [];
  let previous: number | null = null;
  for (const candle of candles) {
    if (previous !== null)
      for (const timestamp of holeBetween(previous, candle.timestamp, lengthMs))
        slots.push({ timestamp, candle: null });
    slots.push({ timestamp: candle.timestamp, candle });
    previous = candle.timestamp;
  }
  return slots;
}

/**
 * Where an instant lies on an axis of ascending slot openings, in slots: 0 is the middle of the first one, 0.5 its end. Beyond
 * either end it goes on at the same pace; null without any slot.
 */
export function slotPosition(
  openings: readonly number[],
  timestamp: number,
  lengthMs: number,
): number | null {
  const [first] = openings;
  const last = openings[openings.length - 1];
  if (first === undefined || last === undefined) return null;
  const within = (opening: number): number => (timestamp - opening) / lengthMs - 0.5;
  if (timestamp <= first) return within(first);
  if (timestamp >= last) return openings.length - 1 + within(last);
  let [low, high] = [0, openings.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((openings[middle] ?? 0) <= timestamp) low = middle;
    else high = middle;
  }
  // A rest that was passed over has no width: whatever lies in it is at the end of the slot before.
  return low + Math.min(0.5, within(openings[low] ?? 0));
}
