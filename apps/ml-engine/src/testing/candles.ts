import type { Candle } from '@neuraltrade/contracts';
import { WARM_UP_CANDLES } from '@neuraltrade/strategies';

/** The length of a sample candle, ms. */
export const MINUTE = 60_000;
/** Candles that a first signal takes. */
export const WARM_UP = WARM_UP_CANDLES;
/** Open of the first sample candle, ms UTC. */
export const FIRST_OPEN = Date.UTC(2026, 0, 5, 11, 17);

/** Consecutive final one-minute candles that rise and fall, changed as told. */
export function walkOf(count: number, changes: Partial<Candle> = {}, firstOpen = FIRST_OPEN): Candle[] {
  return Array.from({ length: count }, (_, index) => {
    const open = 100 + Math.sin(index * 1.7) + Math.sin(index * 0.31);
    const close = 100 + Math.sin((index + 1) * 1.7) + Math.sin((index + 1) * 0.31);
    return {
      exchange: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      timestamp: firstOpen + index * MINUTE,
      ...{ open, close, high: Math.max(open, close) + 0.1, low: Math.min(open, close) - 0.1 },
      volume: 2 + Math.cos(index),
      trades: 20,
      vwap: (open + close) / 2,
      ...{ state: 'final', revision: 0, epoch: 1, complete: true },
      ...changes,
    };
  });
}
