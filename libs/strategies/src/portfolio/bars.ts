import { type Candle, timeframeMs } from '@neuraltrade/contracts';
import type { ClosedCandle } from '../closed-candle';

/** Which candles a series holds. */
export interface SeriesName {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Length of the candles ('1m'). */
  readonly timeframe: string;
}

/** When a candle can be acted on, and when an order takes effect. */
export interface OrderTiming {
  /** How long after its close a candle becomes visible, ms >= 0: the watermark's allowed lateness. */
  readonly latenessMs: number;
  /** How long an order takes to the venue, ms >= 0. */
  readonly latencyMs: number;
}

/**
 * The candles of one series in columns, ascending by time, each with the moment at which it can be acted on and the price that
 * an order decided then gets. Which price that is depends on time alone, not on what a strategy does, so that one reading of
 * the history serves every strategy and every parameter.
 */
export interface BarSeries extends SeriesName {
  /** Length of a candle, ms. */
  readonly lengthMs: number;
  /** Number of candles. */
  readonly length: number;
  /** Open of the interval, ms UTC. */
  readonly openAt: Float64Array;
  /** First price, quote currency. */
  readonly open: Float64Array;
  /** Highest price, quote currency. */
  readonly high: Float64Array;
  /** Lowest price, quote currency. */
  readonly low: Float64Array;
  /** Last price, quote currency. */
  readonly close: Float64Array;
  /** Traded size, base currency. */
  readonly volume: Float64Array;
  /** Mean price, quote currency. */
  readonly vwap: Float64Array;
  /** Number of trades. */
  readonly trades: Float64Array;
  /** 1 where no trade is known to be missing: strategies see these candles only. */
  readonly complete: Uint8Array;
  /** From when on the candle can be acted on, ms UTC: never before its close and the allowed lateness. Does not fall. */
  readonly visibleAt: Float64Array;
  /** Time of the first price behind visibleAt and the latency, ms UTC; Infinity when the history ends before. */
  readonly fillAt: Float64Array;
  /** That price, quote currency. */
  readonly fillPrice: Float64Array;
  /** Half the spread of the quote at that price, quote currency; 0 where no quote is known. */
  readonly fillHalfSpread: Float64Array;
}

/** The columns of {@link BarSeries} that hold one double for each candle. */
export const BAR_COLUMNS = [
  ...['openAt', 'open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'],
  ...['visibleAt', 'fillAt', 'fillPrice', 'fillHalfSpread'],
] as readonly BarColumn[];

type BarColumn = {
  [K in keyof BarSeries]: BarSeries[K] extends Float64Array ? K : never;
}[keyof BarSeries];

/** The candle at a position, as a strategy gets it; null where trades of it are missing. */
export function candleAt(bars: BarSeries, index: number): ClosedCandle | null {
  if (bars.complete[index] !== 1) return null;
  return {
    exchange: bars.exchange,
    symbol: bars.symbol,
    timeframe: bars.timeframe,
    timestamp: bars.openAt[index] as number,
    open: bars.open[index] as number,
    high: bars.high[index] as number,
    low: bars.low[index] as number,
    close: bars.close[index] as number,
    volume: bars.volume[index] as number,
    trades: bars.trades[index] as number,
    vwap: bars.vwap[index] as number,
    state: 'final',
    revision: 0,
    epoch: 0,
    complete: true,
  };
}

/** The same series up to a position (exclusive), sharing its columns. */
export function firstBars(bars: BarSeries, length: number): BarSeries {
  const columns = BAR_COLUMNS.map((name) => [name, bars[name].subarray(0, length)] as const);
  return {
    ...bars,
    ...(Object.fromEntries(columns) as Record<BarColumn, Float64Array>),
    complete: bars.complete.subarray(0, length),
    length,
  };
}

const FIRST_CAPACITY = 1_024;

/**
 * Gathers a {@link BarSeries} while a history is read once in its order. Each candle is told when it becomes known, each price
 * when it was traded; a price fills the orders of the candles that were visible early enough before it, and of no other.
 */
export class BarCollector {
  private columns: Record<BarColumn, Float64Array>;
  private complete = new Uint8Array(FIRST_CAPACITY);
  private length = 0;
  private filled = 0;
  /** Length of a candle, ms. */
  readonly lengthMs: number;

  /** @throws RangeError for a timeframe that is none. */
  constructor(
    private readonly name: SeriesName,
    private readonly timing: OrderTiming,
  ) {
    const lengthMs = timeframeMs(name.timeframe);
    if (lengthMs === null) throw new RangeError(`${name.timeframe} is no timeframe.`);
    this.lengthMs = lengthMs;
    this.columns = emptyColumns(FIRST_CAPACITY);
  }

  /** Number of candles so far. */
  get size(): number {
    return this.length;
  }

  /**
   * Takes a closed candle. @param knownAt newest instant (ms UTC) of what had been read when it was published.
   * @returns false when it does not lie behind the one before it: it is left out then.
   */
  candle(candle: Readonly<Candle>, knownAt: number): boolean {
    const { columns } = this;
    const last = this.length - 1;
    if (last >= 0 && candle.timestamp <= (columns.openAt[last] as number)) return false;
    if (this.length === this.complete.length) this.grow();
    const at = this.length++;
    const earliest = candle.timestamp + this.lengthMs + this.timing.latenessMs;
    const before = last < 0 ? -Infinity : (this.columns.visibleAt[last] as number);
    this.columns.openAt[at] = candle.timestamp;
    this.columns.open[at] = candle.open;
    this.columns.high[at] = candle.high;
    this.columns.low[at] = candle.low;
    this.columns.close[at] = candle.close;
    this.columns.volume[at] = candle.volume;
    this.columns.vwap[at] = candle.vwap;
    this.columns.trades[at] = candle.trades;
    this.complete[at] = candle.complete ? 1 : 0;
    this.columns.visibleAt[at] = Math.max(earliest, knownAt, before);
    this.columns.fillAt[at] = Infinity;
    return true;
  }

  /** Takes a trade: it fills what reached the venue before its millisecond. */
  trade(at: number, price: number, halfSpread: number): void {
    while (this.filled < this.length && this.reachesVenueAt(this.filled) < at)
      this.fill(at, price, halfSpread);
  }

  /** Takes the first price of an interval, which is traded at its opening or later: it fills what reached the venue by then. */
  opening(at: number, price: number): void {
    while (this.filled < this.length && this.reachesVenueAt(this.filled) <= at) this.fill(at, price, 0);
  }

  /** The series as it is now; the collector is of no use afterwards. */
  finish(): BarSeries {
    const { name, lengthMs, columns, complete, length } = this;
    return firstBars({ ...name, lengthMs, ...columns, complete, length }, length);
  }

  private reachesVenueAt(index: number): number {
    return (this.columns.visibleAt[index] as number) + this.timing.latencyMs;
  }

  private fill(at: number, price: number, halfSpread: number): void {
    const index = this.filled++;
    this.columns.fillAt[index] = at;
    this.columns.fillPrice[index] = price;
    this.columns.fillHalfSpread[index] = halfSpread;
  }

  private grow(): void {
    const larger = emptyColumns(this.length * 2);
    for (const column of BAR_COLUMNS) larger[column].set(this.columns[column]);
    this.columns = larger;
    const complete = new Uint8Array(this.length * 2);
    complete.set(this.complete);
    this.complete = complete;
  }
}

/**
 * The series of stored candles.
 * @param candles closed candles of the series, ascending by time.
 * @param prices candles whose opening prices fill the orders: the same ones, or shorter ones; ascending by time.
 */
export function barsOfCandles(
  name: SeriesName,
  timing: OrderTiming,
  candles: readonly Readonly<Candle>[],
  prices: readonly Pick<Candle, 'timestamp' | 'open'>[] = candles,
): BarSeries {
  const collector = new BarCollector(name, timing);
  for (const candle of candles) collector.candle(candle, -Infinity);
  for (const { timestamp, open } of prices) collector.opening(timestamp, open);
  return collector.finish();
}

function emptyColumns(capacity: number): Record<BarColumn, Float64Array> {
  const columns = BAR_COLUMNS.map((name) => [name, new Float64Array(capacity)] as const);
  return Object.fromEntries(columns) as Record<BarColumn, Float64Array>;
}
