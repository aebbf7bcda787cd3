import { type Candle, timeframeMs } from '@neuraltrade/contracts';
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
  /** Venues that are known by the store alone, and the open of the candle for which it was read. */
  readonly unheard: Map<string, number>;
  /** Venues whose window was too short although the store was read. */
  readonly short: Map<string, NextRead>;
  /** The candle that the store was read for last. */
  readFor: Candle | null;
}

/** When the store is read again for candles that were mended meanwhile: further apart each time. */
interface NextRead {
  /** Open of the candle for which it is, ms UTC. */
  readonly due: number;
  /** Time from there to the one after it, ms. */
  readonly waitMs: number;
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

  /** Reads the stored candles of the series that these candles begin, several at a time; add does the same one by one. */
  async prepare(candles: readonly Candle[]): Promise<void> {
    const first = new Map<string, Candle>();
    for (const candle of candles) {
      const key = keyOf(candle);
      if (!this.#series.has(key) && !first.has(key) && closedCandle(candle) !== null) first.set(key, candle);
    }
    const unopened = [...first.values()];
    for (let at = 0; at < unopened.length; at += READ_TOGETHER) {
      const some = unopened.slice(at, at + READ_TOGETHER);
      await Promise.all(some.map((candle) => this.#catchUp(this.#seriesOf(candle), candle)));
    }
  }

  /** Takes a candle and gives the features that end with it; where something before it was not seen, the store is asked. */
  async add(candle: Candle): Promise<FeatureResult> {
    const series = this.#seriesOf(candle);
    const { features, taken, unheard } = series;
    const { exchange, timestamp } = candle;
    const isNew = candle.state !== 'partial' && timestamp > (taken.get(exchange) ?? Number.NEGATIVE_INFINITY);
    if (isNew) {
      if (closedCandle(candle) !== null) await this.#catchUp(series, candle);
      taken.set(exchange, timestamp);
      unheard.delete(exchange);
    }
    return features.add(candle);
  }

  #seriesOf(candle: Candle): Series {
    const key = keyOf(candle);
    const series = this.#series.get(key) ?? {
      features: new SymbolFeatures(candle.timeframe),
      taken: new Map<string, number>(),
      unread: new Set<string>(),
      unheard: new Map<string, number>(),
      short: new Map<string, NextRead>(),
      readFor: null,
    };
    this.#series.delete(key);
    this.#series.set(key, series);
    this.#makeRoom();
    return series;
  }

  /**
   * Reads what was not seen in front of a candle: behind a hole or a time without candles its own venue, again while its window is too
   * short, and every other one that is as far behind. Of those the candle of this interval may have gone to another replica: with the
   * first candle of the next interval they are read once more, unless they were heard of meanwhile.
   */
  async #catchUp(series: Series, candle: Candle): Promise<void> {
    const { history, venues } = this.#options;
    const { features, unread, unheard } = series;
    if (history === null || isSame(series.readFor, candle)) return;
    if (unread.has(candle.exchange) || !features.follows(candle)) {
      series.readFor = candle;
      const behind = venues.filter(
        (venue) => venue !== candle.exchange && !features.reachesTo(candle, venue),
      );
      for (const venue of behind) unheard.set(venue, candle.timestamp);
      await Promise.all([candle.exchange, ...behind].map((venue) => this.#restore(series, candle, venue)));
      series.short.set(candle.exchange, nextRead(candle, lengthOf(candle)));
      return;
    }
    await this.#lengthen(series, candle);
    const due = [...unheard].filter(([, readFor]) => readFor < candle.timestamp).map(([venue]) => venue);
    for (const venue of due) unheard.delete(venue);
    await Promise.all(due.map((venue) => this.#restore(series, candle, venue)));
  }

  /** Where the window is too short, as behind a gap whose candles are mended a little later: takes the stored ones if they reach further. */
  async #lengthen({ features, short }: Series, candle: Candle): Promise<void> {
    const { exchange } = candle;
    const next = short.get(exchange);
    if (next === undefined || candle.timestamp < next.due) return;
    const known = features.windowLength(exchange);
    if (known >= WARM_UP_CANDLES - 1) {
      short.delete(exchange);
      return;
    }
    short.set(exchange, nextRead(candle, 2 * next.waitMs));
    const stored = (await this.#read(candle, exchange)) ?? [];
    const trial = new SymbolFeatures(candle.timeframe);
    trial.restore(exchange, stored);
    if (trial.follows(candle) && trial.windowLength(exchange) > known) features.restore(exchange, stored);
  }

  /** The stored candles right before a candle; null when the store cannot tell now. */
  async #read({ symbol, timeframe, timestamp }: Candle, exchange: string): Promise<Candle[] | null> {
    const query = { exchange, symbol, timeframe, before: timestamp, limit: WARM_UP_CANDLES - 1 };
    return (await this.#options.history?.read(query)) ?? null;
  }

  /** Lets a venue's window end right before the candle, as far as that is stored. */
  async #restore({ features, unread }: Series, candle: Candle, exchange: string): Promise<void> {
    const stored = await this.#read(candle, exchange);
    if (stored === null) {
      unread.add(exchange);
      return;
    }
    unread.delete(exchange);
    // A store that holds nothing takes nothing away.
    if (stored.length > 0) features.restore(exchange, stored);
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

function lengthOf({ timeframe }: Candle): number {
  return timeframeMs(timeframe) as number;
}

function nextRead({ timestamp }: Candle, waitMs: number): NextRead {
  return { due: timestamp + waitMs, waitMs };
}

function isSame(one: Candle | null, other: Candle): boolean {
  return one?.exchange === other.exchange && one.timestamp === other.timestamp;
}
