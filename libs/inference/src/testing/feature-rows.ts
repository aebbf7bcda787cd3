import type { Candle } from '@neuraltrade/contracts';
import { type FeatureRow, SymbolFeatures, WARM_UP_CANDLES } from '@neuraltrade/strategies';

/** Open of the first sample candle, ms UTC. */
const FIRST_OPEN = Date.UTC(2026, 0, 5, 11, 17);

/** One-minute candles without a hole that rise and fall. */
export function sampleCandles(count: number): Candle[] {
  return Array.from({ length: count }, (_, index) => {
    const open = 100 + Math.sin(index);
    const close = 100 + Math.sin(index + 1);
    return {
      exchange: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      timestamp: FIRST_OPEN + index * 60_000,
      ...{ open, close, high: Math.max(open, close) + 0.1, low: Math.min(open, close) - 0.1 },
      volume: 2 + Math.cos(index),
      trades: 20,
      vwap: (open + close) / 2,
      ...{ state: 'final', revision: 0, epoch: 1, complete: true },
    };
  });
}

/** Rows of features, as many as asked for. */
export function sampleRows(count: number): FeatureRow[] {
  const features = new SymbolFeatures('1m');
  return sampleCandles(count + WARM_UP_CANDLES - 1).flatMap((candle) => features.add(candle).row ?? []);
}
