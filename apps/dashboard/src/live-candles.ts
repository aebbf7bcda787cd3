import { type Candle, replaces } from '@neuraltrade/contracts';
import type { CandleSeriesName } from '../page/protocol';

const KEPT_PER_SERIES = 4;

/** One text per series of candles. */
export function seriesKey({ exchange, symbol, timeframe }: CandleSeriesName): string {
  return `${exchange}:${symbol}:${timeframe}`;
}

/**
 * The newest candles of every series as the bus told them: the open one, which no store holds, and a few closed ones,
 * which the store may not hold yet. Bounded in series and candles.
 */
export class LiveCandles {
  private readonly series = new Map<string, Candle[]>();
  private readonly timeframes = new Set<string>();

  /** @param maxSeries most series that are kept; candles of further ones are refused. */
  constructor(private readonly maxSeries: number) {}

  /** Takes a candle: 'news', 'known' when it says nothing newer than what is kept, 'refused' at the bound. */
  accept(candle: Candle): 'news' | 'known' | 'refused' {
    const key = seriesKey(candle);
    let kept = this.series.get(key);
    if (kept === undefined) {
      if (this.series.size >= this.maxSeries) return 'refused';
      this.series.set(key, (kept = []));
      this.timeframes.add(candle.timeframe);
    }
    const index = kept.findIndex(({ timestamp }) => timestamp >= candle.timestamp);
    const found = index === -1 ? undefined : kept[index];
    if (found?.timestamp === candle.timestamp) {
      if (!replaces(candle, found)) return 'known';
      kept[index] = candle;
      return 'news';
    }
    // A candle older than all kept ones (a late revision) is news, but need not be kept: the store will have it.
    if (index === 0 && kept.length >= KEPT_PER_SERIES) return 'news';
    kept.splice(index === -1 ? kept.length : index, 0, candle);
    if (kept.length > KEPT_PER_SERIES) kept.shift();
    return 'news';
  }

  /** The kept candles of a series, ascending; empty for an unknown one. */
  newest(name: CandleSeriesName): readonly Candle[] {
    return this.series.get(seriesKey(name)) ?? [];
  }

  /** Whether any candle of this timeframe has been seen. */
  hasTimeframe(timeframe: string): boolean {
    return this.timeframes.has(timeframe);
  }
}
