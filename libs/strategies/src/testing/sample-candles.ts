import type { Candle } from '@neuraltrade/contracts';
import { type BarSeries, barsOfCandles, type OrderTiming } from '../portfolio';

/** Midnight UTC of a day, ms. */
export const MIDNIGHT = Date.UTC(2024, 2, 5);
/** Length of the sample candles, ms. */
export const MINUTE = 60_000;
/** What the sample candles are of. */
export const SERIES = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' };
/** A candle is visible at its close, an order at the venue at once. */
export const AT_ONCE: OrderTiming = { latenessMs: 0, latencyMs: 0 };

/** The minute candle at a position from midnight on; only what is told differs. */
export function sampleCandle(minute: number, fields: Partial<Candle> = {}): Candle {
  const close = fields.close ?? 100;
  const open = fields.open ?? close;
  return {
    ...SERIES,
    timestamp: MIDNIGHT + minute * MINUTE,
    open,
    high: Math.max(open, close),
    low: Math.min(open, close),
    close,
    volume: 1,
    trades: 1,
    vwap: close,
    state: 'final',
    revision: 0,
    epoch: 0,
    complete: true,
    ...fields,
  };
}

/** Minute candles that open and close at these prices. */
export function candlesAt(prices: readonly number[]): Candle[] {
  return prices.map((close, minute) => sampleCandle(minute, { close, open: prices[minute - 1] ?? close }));
}

/** A series of minute candles whose closes are these prices. */
export function barsAt(prices: readonly number[], timing = AT_ONCE): BarSeries {
  return barsOfCandles(SERIES, timing, candlesAt(prices));
}
