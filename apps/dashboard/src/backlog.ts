import type { Candle } from '@neuraltrade/contracts';
import type { PriceEntry } from './latest-prices';

/** What a client that reads too slowly has to be told once it has caught up: each symbol and candle once, the newest. */
export class Backlog {
  private prices = new Set<PriceEntry>();
  private readonly candles = new Map<string, Map<number, Candle>>();

  /** Adds symbols; what is told later is their state at that time. */
  addPrices(entries: readonly PriceEntry[]): void {
    for (const entry of entries) this.prices.add(entry);
  }

  /** Adds candles of a series; a later one for an interval replaces the earlier one. */
  addCandles(series: string, candles: readonly Candle[]): void {
    let byTime = this.candles.get(series);
    if (byTime === undefined) this.candles.set(series, (byTime = new Map<number, Candle>()));
    for (const candle of candles) byTime.set(candle.timestamp, candle);
  }

  /** Number of candles that wait. */
  candleCount(): number {
    let count = 0;
    for (const byTime of this.candles.values()) count += byTime.size;
    return count;
  }

  /** Whether any symbol waits. */
  hasPrices(): boolean {
    return this.prices.size > 0;
  }

  /** Whether any candle of the series waits. */
  hasCandles(series: string): boolean {
    return this.candles.has(series);
  }

  /** Takes out the symbols that wait. */
  takePrices(): ReadonlySet<PriceEntry> {
    const taken = this.prices;
    this.prices = new Set();
    return taken;
  }

  /** Takes out the candles of a series that wait. */
  takeCandles(series: string): Candle[] {
    const taken = [...(this.candles.get(series)?.values() ?? [])];
    this.candles.delete(series);
    return taken;
  }
}
