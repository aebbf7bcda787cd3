import type { Candle } from '@neuraltrade/contracts';
import type { CandleSeriesName } from '../page/protocol';
import { LiveSeries } from './live-series';

/** One text per series of candles. */
export function seriesKey({ exchange, symbol, timeframe }: CandleSeriesName): string {
  return `${exchange}:${symbol}:${timeframe}`;
}

/**
 * The newest candles of every series as the bus told them: the open one, which no store holds, and a few closed ones,
 * which the store may not hold yet. Bounded in series and candles.
 */
export class LiveCandles {
  private readonly series = new Map<string, LiveSeries>();
  private readonly timeframes = new Set<string>();

  /** @param maxSeries most series that are kept; candles of further ones are refused. */
  constructor(private readonly maxSeries: number) {}

  /** Takes a candle. False when it is refused because the bound is reached. */
  accept(candle: Candle): boolean {
    const key = seriesKey(candle);
    let series = this.series.get(key);
    if (series === undefined) {
      if (this.series.size >= this.maxSeries) return false;
      this.series.set(key, (series = new LiveSeries()));
      this.timeframes.add(candle.timeframe);
    }
    series.accept(candle);
    return true;
  }

  /** The candles of a series; undefined before its first one. */
  find(name: CandleSeriesName): LiveSeries | undefined {
    return this.series.get(seriesKey(name));
  }

  /** The kept candles of a series, ascending; empty for an unknown one. */
  newest(name: CandleSeriesName): readonly Candle[] {
    return this.find(name)?.newest() ?? [];
  }

  /** Whether any candle of this timeframe has been seen. */
  hasTimeframe(timeframe: string): boolean {
    return this.timeframes.has(timeframe);
  }
}
