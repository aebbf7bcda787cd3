import type { Candle, Gap, ProcessedTick } from '@neuraltrade/contracts';

/** Where ticks, candles and gaps are kept: InfluxDB 2, or DuckDB inside this process. One contract suite holds both. */
export interface MarketStore {
  /** Stores ticks; one that is stored already (exchange, symbol, tradeId, timestamp) stays one row. */
  writeTicks(ticks: readonly ProcessedTick[]): Promise<void>;
  /** Stores final and revised candles; a smaller (epoch, revision) never overwrites a larger one. Partials are refused. */
  writeCandles(candles: readonly Candle[]): Promise<void>;
  /** Stores gaps; a later status of the same gapId replaces the earlier one. */
  writeGaps(gaps: readonly Gap[]): Promise<void>;
  /** The newest tick of each symbol whose timestamp is at or after `since`. */
  lastPrices(query: LastPricesQuery): Promise<LastPrice[]>;
  /** The newest `limit` candles of one series, ascending by timestamp. */
  candles(query: CandlesQuery): Promise<Candle[]>;
  /** Whether the last write went well. */
  health(): StoreHealth;
  /** Finishes what was begun and releases files or sockets. */
  close(): Promise<void>;
}

/** Which last prices are wanted. */
export interface LastPricesQuery {
  /** One venue; absent = all of them. */
  readonly exchange?: string;
  /** Oldest timestamp that counts, ms UTC, inclusive. */
  readonly since: number;
}

/** The newest tick of one symbol. */
export interface LastPrice {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Best bid, quote currency; equals `last` when not quoted. */
  readonly bid: number;
  /** Best ask, quote currency; equals `last` when not quoted. */
  readonly ask: number;
  /** Trade price, quote currency. */
  readonly last: number;
  /** ask - bid in quote currency; null when not quoted. */
  readonly spread: number | null;
  /** Spread in hundredths of a percent of the mid; null when not quoted. */
  readonly spreadBps: number | null;
  /** Whether bid and ask are a quote of the venue. */
  readonly quoted: boolean;
  /** Match time by the venue's clock, ms UTC. */
  readonly timestamp: number;
}

/** Which candles are wanted. */
export interface CandlesQuery {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Length of the interval ('15m'). */
  readonly timeframe: string;
  /** Largest number of candles, 1 to 5,000. */
  readonly limit: number;
  /** Only candles that open before this instant, ms UTC; absent = up to the newest. */
  readonly before?: number;
}

/** Whether the store works, and if not, why, in one sentence. */
export interface StoreHealth {
  /** True when the last write was stored. */
  readonly ok: boolean;
  /** Empty when ok. */
  readonly reason: string;
}
