import type { ScratchDatabase } from './scratch-database';

/** What a pipeline has stored, as relations that a comparison can query. */
export interface StoredRelations {
  /** exchange, symbol, "timestamp" (ms UTC), trade_id, last, volume, taker_side: one row each stored tick. */
  readonly ticks: string;
  /**
   * exchange, symbol, timeframe, "timestamp" (ms UTC), open, high, low, close, volume, trades, vwap, complete: one row
   * each candle as readers of the store are given it.
   */
  readonly candles: string;
  /** gap_id, exchange, symbol, after_trade_id, from_timestamp, to_timestamp, cause, status: one row each gap. */
  readonly gaps: string;
}

/** A pipeline that has stopped, and what it has stored. */
export interface StoredMarket {
  /** Makes it readable on the database. */
  attach(database: ScratchDatabase): Promise<StoredRelations>;
}
