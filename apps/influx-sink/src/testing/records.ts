import type { Candle, Gap, MlSignal, ProcessedTick, SignalOutcome } from '@neuraltrade/contracts';

/** A minute of 2026 that the example records lie in, ms UTC. */
export const MINUTE = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A tick of BTC/USDT on binance without a quote, changed as told. */
export function tickOf(changes: Partial<ProcessedTick> = {}): ProcessedTick {
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid: 100,
    ask: 100,
    last: 100,
    volume: 0.125,
    timestamp: MINUTE,
    tradeId: '1',
    takerSide: 'sell',
    receivedAt: MINUTE + 20,
    quoted: false,
    quotedAt: null,
    backfilled: false,
    mid: 100,
    spread: 0,
    spreadBps: 0,
    ...changes,
  };
}

/** Ticks with ids from `first` on, one a millisecond. */
export function ticksFrom(first: number, count: number): ProcessedTick[] {
  return Array.from({ length: count }, (_, index) =>
    tickOf({ tradeId: String(first + index), timestamp: MINUTE + first + index }),
  );
}

/** A final one-minute candle of BTC/USDT on binance, changed as told. */
export function candleOf(changes: Partial<Candle> = {}): Candle {
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    timestamp: MINUTE,
    open: 100,
    high: 101,
    low: 99,
    close: 100.5,
    volume: 12.5,
    trades: 40,
    vwap: 100.125,
    state: 'final',
    revision: 0,
    epoch: MINUTE,
    complete: true,
    ...changes,
  };
}

/** A gap of trades that were dropped for good over one instant, changed as told. */
export function gapOf(changes: Partial<Gap> = {}): Gap {
  return {
    gapId: `binance:BTC/USDT:${MINUTE}`,
    exchange: 'binance',
    symbol: 'BTC/USDT',
    afterTradeId: null,
    beforeTradeId: null,
    fromTimestamp: MINUTE,
    toTimestamp: MINUTE,
    missing: 1,
    cause: 'dropped',
    status: 'unfillable',
    ...changes,
  };
}

/** A signal of BTC/USDT on binance to buy, after one candle, changed as told. */
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
    riskScore: 0.15,
    inferenceTimeMs: 0.4,
    modelVersion: 'trend-1',
    timestamp: MINUTE,
    ...changes,
  };
}

/** A hit of that signal five minutes later, changed as told. */
export function outcomeOf(changes: Partial<SignalOutcome> = {}): SignalOutcome {
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    modelVersion: 'trend-1',
    signalType: 'buy',
    timestamp: MINUTE,
    horizonTimestamp: MINUTE + 300_000,
    status: 'hit',
    entryPrice: 100,
    exitPrice: 100.5,
    returnBps: 50,
    maxAdverseBps: 2.5,
    maxFavourableBps: 75,
    ...changes,
  };
}
