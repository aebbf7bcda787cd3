import type { Candle, Gap, MlSignal, ProcessedTick, SignalOutcome } from '@neuraltrade/contracts';
import type {
  OutcomePerformance,
  SignalPerformance,
  SignalPerformanceQuery,
  SignalsQuery,
} from './signal-queries';

/** Where ticks, candles, gaps, signals and their outcomes are kept: InfluxDB 2, or DuckDB inside this process. One contract suite holds both. */
export interface MarketStore {
  /** Stores ticks; one that is stored already (exchange, symbol, tradeId, timestamp) stays one row. */
  writeTicks(ticks: readonly ProcessedTick[]): Promise<void>;
  /** Stores final and revised candles; a smaller (epoch, revision) never overwrites a larger one. Partials are refused. */
  writeCandles(candles: readonly Candle[]): Promise<void>;
  /** Stores gaps; a later status of the same gapId replaces the earlier one. */
  writeGaps(gaps: readonly Gap[]): Promise<void>;
  /**
   * Stores signals. One signal is (exchange, symbol, timeframe, modelVersion, timestamp, signalType, riskLevel); one that
   * is stored already stays one row and takes the fields of the copy that was written last. This is the identity of a point
   * in InfluxDB, where venue, symbol, signal type and risk level are tags and the time holds the instant with a hash of
   * model version and timeframe: a model that judges one candle twice with another result leaves two signals.
   */
  writeSignals(signals: readonly MlSignal[]): Promise<void>;
  /**
   * Stores outcomes; one is (exchange, symbol, timeframe, modelVersion, timestamp, signalType), and one that is stored already
   * stays one row and takes the fields of the copy that was written last. One that does not hold to the contract's rule (figures
   * are null exactly when unjudged) is refused.
   */
  writeOutcomes(outcomes: readonly SignalOutcome[]): Promise<void>;
  /**
   * The newest tick of each symbol whose timestamp is at or after `since`. The embedded store looks at recent days only:
   * not at those that are older than its tick retention.
   */
  lastPrices(query: LastPricesQuery): Promise<LastPrice[]>;
  /** The newest `limit` candles of one series, ascending by timestamp. */
  candles(query: CandlesQuery): Promise<Candle[]>;
  /** Gaps of one series, ascending by (fromTimestamp, gapId): the newest `limit` of those that overlap [from, to). */
  gaps(query: GapsQuery): Promise<Gap[]>;
  /**
   * Signals with from <= timestamp < to, ascending by (timestamp, exchange, symbol, timeframe, modelVersion, signalType,
   * riskLevel): the newest `limit`.
   */
  signals(query: SignalsQuery): Promise<MlSignal[]>;
  /** Outcomes by the timestamp of their signals, in the same order and with the same limit. */
  outcomes(query: SignalsQuery): Promise<SignalOutcome[]>;
  /** How many signals of each kind each model gave on each UTC day, ascending by day, then by model version. */
  signalPerformance(query: SignalPerformanceQuery): Promise<SignalPerformance[]>;
  /** What became of the signals of each model and UTC day, ascending by day, then by model version. */
  outcomePerformance(query: SignalPerformanceQuery): Promise<OutcomePerformance[]>;
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

/** Which gaps are wanted. */
export interface GapsQuery {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** The first instant, ms UTC, inclusive: gaps that end before it are left out, those that are open never end. */
  readonly from: number;
  /** The end, ms UTC, exclusive: gaps that begin at or after it are left out. Not before `from`. */
  readonly to: number;
  /** Largest number of gaps, 1 to 5,000. */
  readonly limit: number;
}

/** Whether the store works, and if not, why, in one sentence. */
export interface StoreHealth {
  /** True when the last write was stored. */
  readonly ok: boolean;
  /** Empty when ok. */
  readonly reason: string;
}
