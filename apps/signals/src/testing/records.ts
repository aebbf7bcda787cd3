import type { Candle, MlSignal } from '@neuraltrade/contracts';

/** A minute, ms. */
export const MINUTE = 60_000;
/** Noon of some day, where candles of every usual length open, ms UTC. */
export const NOON = Date.UTC(2026, 0, 15, 12);

/** A confident signal to buy, of noon. */
export function signalOf(changes: Partial<MlSignal> = {}): MlSignal {
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    signalType: 'buy',
    riskLevel: 'low',
    confidence: 0.7,
    probBuy: 0.7,
    probHold: 0.2,
    probSell: 0.1,
    riskScore: 0.2,
    inferenceTimeMs: 0.1,
    modelVersion: 'trend-1',
    timestamp: NOON,
    ...changes,
  };
}

/** A final and complete candle of the minute that begins at noon. */
export function candleOf(changes: Partial<Candle> = {}): Candle {
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    timestamp: NOON,
    open: 100,
    high: 101,
    low: 99,
    close: 100,
    volume: 3,
    trades: 2,
    vwap: 100,
    state: 'final',
    revision: 0,
    epoch: 1,
    complete: true,
    ...changes,
  };
}
