import type { RestRequest } from './venue';

/** One candle of a venue's own making. */
export interface Kline {
  /** Open of the interval, ms UTC, a multiple of the timeframe. */
  readonly timestamp: number;
  /** First price, quote currency, > 0; without trades the close before, where the venue repeats it. */
  readonly open: number;
  /** Highest price, quote currency, > 0. */
  readonly high: number;
  /** Lowest price, quote currency, > 0. */
  readonly low: number;
  /** Last price, quote currency, > 0. */
  readonly close: number;
  /** Traded size, base currency, >= 0; 0 where nothing was traded. */
  readonly volume: number;
  /** Number of trades; null where the venue does not say. */
  readonly trades: number | null;
  /** Mean price, quote currency; null where the venue says neither it nor the turnover, or nothing was traded. */
  readonly vwap: number | null;
  /** Largest error of `vwap` that the venue's printing explains, quote currency, >= 0; 0 where vwap is null. */
  readonly vwapError: number;
  /** Whether the interval is over, so that the row should not change any more. */
  readonly closed: boolean;
}

/** Which candles are wanted. */
export interface KlineRange {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Length of the interval ('1m'); one of {@link KlineHistory.timeframes}. */
  readonly timeframe: string;
  /** Open of the first interval, ms UTC, a multiple of the timeframe. */
  readonly from: number;
  /** Open of the first interval that is not wanted any more, ms UTC, above `from`. */
  readonly to: number;
}

/** One page of a venue's candles. */
export interface KlinePage {
  /** Candles of the range, ascending, each interval at most once. */
  readonly klines: Kline[];
  /** The next request for the same range; null when the venue has nothing more for it. */
  readonly next: RestRequest | null;
  /** Rows that could not be read. */
  readonly refused: number;
}

/** How a venue serves its own candles. */
export interface KlineHistory {
  /** The lengths that it offers, of those that this pipeline can build. */
  readonly timeframes: readonly string[];
  /** Most recent candles that can be reached at all, the open one included (Kraken 720); null where paging reaches any. */
  readonly reach: number | null;
  /** The first request for a range; null when the venue does not offer its timeframe. */
  firstRequest(range: KlineRange): RestRequest | null;
  /**
   * One answer; rows outside the range are left out.
   * @param body the response text with status 200.
   * @param receivedAt arrival by our clock, ms UTC; tells open from closed candles where the venue does not.
   * @throws RetryableError when the venue asks to come again later inside a 200, PermanentError when the answer holds no candles.
   */
  decode(range: KlineRange, request: RestRequest, body: string, receivedAt: number): KlinePage;
}
