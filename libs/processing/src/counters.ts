import type { ParkReason } from '@neuraltrade/contracts';

/** What became of the records of one venue since this processing was created; not part of the exported state. */
export interface VenueCounters {
  /** Trades handed out as ticks. */
  trades: number;
  /** Trades whose id was seen before. */
  readonly repeated: {
    /** With the same content, or with one that is no longer remembered. */
    same: number;
    /** With another last, volume, timestamp or takerSide; the first copy stands. */
    conflict: number;
  };
  /** Trades of candles that had closed. */
  readonly late: {
    /** Merged into every one of them. */
    revised: number;
    /** Not merged into one at least: beyond the horizon, or the id older than the window. */
    unmerged: number;
  };
  /** Records refused, by reason. */
  readonly refused: Partial<Record<ParkReason, number>>;
}

/** Counters by venue name. */
export type ProcessingCounters = ReadonlyMap<string, VenueCounters>;

/** Counters that start at zero. */
export function zeroCounters(): VenueCounters {
  return { trades: 0, repeated: { same: 0, conflict: 0 }, late: { revised: 0, unmerged: 0 }, refused: {} };
}
