import type { RawTick } from '@neuraltrade/contracts';
import type { TimeSpan } from './time-spans';

/** Which symbol of which venue. */
export interface TickSymbol {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
}

/** Which ticks of one symbol. */
export interface TickRange extends TickSymbol {
  /** The first instant, ms UTC, inclusive. */
  readonly from: number;
  /** The end, ms UTC, exclusive; not before `from`. */
  readonly to: number;
}

/** Stored ticks, read back in order: of the stores, and of Parquet files. One contract suite holds them all. */
export interface TickHistory {
  /**
   * Hands out the ticks of a range, ascending by time and those of one millisecond by trade id as an integer, each once, in
   * batches; the next batch is read when `take` has settled. What a store has no place for does not come back.
   */
  readTicks(range: TickRange, take: (ticks: readonly RawTick[]) => void | Promise<void>): Promise<void>;
  /** How many ticks of a range each interval [n x everyMs, (n + 1) x everyMs) holds, by its start; empty ones are left out. */
  countTicks(range: TickRange, everyMs: number): Promise<ReadonlyMap<number, number>>;
  /** The times of the first and the last stored tick of a symbol; null when there is none. */
  tickSpan(symbol: TickSymbol): Promise<TimeSpan | null>;
  /** The symbols of which ticks are stored, by venue and symbol. */
  tickSymbols(): Promise<TickSymbol[]>;
}
