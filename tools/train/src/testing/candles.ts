import type { Candle } from '@neuraltrade/contracts';

/** The length of a sample candle, ms. */
export const MINUTE = 60_000;
/** Open of the first sample candle, ms UTC. */
export const FIRST_OPEN = Date.UTC(2026, 0, 5);

/** Consecutive final one-minute candles with these closes; each opens where the last one closed. */
export function candlesOf(closes: readonly number[], changes: Partial<Candle> = {}): Candle[] {
  return closes.map((close, index) => {
    const open = closes[index - 1] ?? close;
    return {
      exchange: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      timestamp: FIRST_OPEN + index * MINUTE,
      ...{ open, close, high: Math.max(open, close), low: Math.min(open, close) },
      ...{ volume: 1 + (index % 7), trades: 3, vwap: (open + close) / 2 },
      ...{ state: 'final', revision: 0, epoch: 1, complete: true },
      ...changes,
    };
  });
}
