import type { Candle } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import { closedCandle, type FeatureResult, SymbolFeatures, WARM_UP_CANDLES } from '@neuraltrade/strategies';
import type { CandleHistory } from './candle-history';

/** Series whose history is read at the same time. */
const READ_TOGETHER = 8;

/** What the book is kept with. */
export interface FeatureBookOptions {
  /** Most symbols and timeframes that are kept. */
  readonly maxSeries: number;
  /** Every venue whose candles may come. */
  readonly venues: readonly string[];
  /** Where a series begins; null = with its first candle, so that features depend on the candles that come alone. */
  readonly history: CandleHistory | null;
  /** Counts series. */
  readonly metrics: Metrics;
}

/** One symbol and timeframe on all venues. */
interface Series {
  readonly features: SymbolFeatures;
  /** Open of the newest candle that was taken from the queue, by venue. */
  readonly taken: Map<string, number>;
  /** Venues whose stored candles could not be read yet. */
  readonly unread: Set<string>;
}

/** The features of every symbol and timeframe, as many as there is room for: what is let go is read from the store again. */
export class FeatureBook {
  readonly #options: FeatureBookOptions;
  /** In the order of their last candle, the oldest first. */
  readonly #series = new Map<string, Series>();

  /** @param options what it is kept with. */
  constructor(options: FeatureBookOptions) {
    this.#options = options;
  }

  /** How many symbols and timeframes are kept. */
  get size(): number {
    return this.#series.size;
  }

  /** Opens the series that these candles begin, several at a time; add does the same one by one. */
  async prepare(candles: readonly Candle[]): Promise<void> {
    if (this.#options.history === null) return;
    const first = new Map<string, Candle>();
    for (const candle of candles) {
      const key = keyOf(candle);
      if (!this.#series.has(key) && !first.has(key) && closedCandle(candle) !== null) first.set(key, candle);
    }
    const unopened = [...first.values()];
    for (let at = 0; at < unopened.length; at += READ_TOGETHER) {
      await Promise.all(unopened.slice(at, at + READ_TOGETHER).map((candle) => this.#seriesOf(candle)));
    }
  }

  /** Takes a candle and gives the features that end with it; where its window has a hole before it, the store is asked. */
  async add(candle: Candle): Promise<FeatureResult> {
    const closed = closedCandle(candle);
    const series = await this.#seriesOf(candle);
    const { features, taken, unread } = series;
    const { exchange, timestamp } = candle;
    const isNew = timestamp > (taken.get(exchange) ?? Number.NEGATIVE_INFINITY);
    if (closed !== null && isNew && (unread.has(exchange) || !features.follows(candle))) {
      await this.#restore(series, candle, exchange);
    }
    if (isNew && candle.state !== 'partial') taken.set(exchange, timestamp);
    return features.add(candle);
  }

  async #seriesOf(candle: Candle): Promise<Series> {
    const key = keyOf(candle);
    let series = this.#series.get(key);
    const isNew = series === undefined;
    series ??= { features: new SymbolFeatures(candle.timeframe), taken: new Map(), unread: new Set() };
    this.#series.delete(key);
    this.#series.set(key, series);
    if (!isNew) return series;
    this.#makeRoom();
    const opened = series;
    await Promise.all(this.#options.venues.map((venue) => this.#restore(opened, candle, venue)));
    return series;
  }

  /** Lets a venue's window end right before the candle, as far as that is stored. */
  async #restore({ features, unread }: Series, candle: Candle, exchange: string): Promise<void> {
    const { history } = this.#options;
    if (history === null) return;
    const { symbol, timeframe, timestamp } = candle;
    const stored = await history.read({
      ...{ exchange, symbol, timeframe },
      before: timestamp,
      limit: WARM_UP_CANDLES - 1,
    });
    if (stored === null) {
      unread.add(exchange);
      return;
    }
    unread.delete(exchange);
    // A store that holds nothing takes nothing away from a window without a hole.
    if (stored.length > 0 || !features.follows(candle)) features.restore(exchange, stored);
  }

  #makeRoom(): void {
    const { maxSeries, metrics } = this.#options;
    for (const key of this.#series.keys()) {
      if (this.#series.size <= maxSeries) break;
      this.#series.delete(key);
      metrics.featureSeriesEvicted.inc();
    }
    metrics.featureSeries.set(this.#series.size);
  }
}

function keyOf({ symbol, timeframe }: Candle): string {
  return `${symbol} ${timeframe}`;
}
