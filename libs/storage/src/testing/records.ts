import type { Candle, Gap, MlSignal, ProcessedTick, SignalOutcome } from '@neuraltrade/contracts';

/** A minute of 2026 that the example records lie in, ms UTC. */
export const MINUTE = Date.UTC(2026, 0, 15, 12, 0, 0);

/** A quoted tick of BTC/USDT on binance, changed as told; the derived figures follow bid and ask. */
export function tickOf(changes: Partial<ProcessedTick> = {}): ProcessedTick {
  const { bid = 100, ask = 100.5 } = changes;
  const mid = (bid + ask) / 2;
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid,
    ask,
    last: 100.25,
    volume: 0.125,
    timestamp: MINUTE,
    tradeId: '1',
    takerSide: 'buy',
    receivedAt: MINUTE + 20,
    quoted: true,
    quotedAt: MINUTE + 10,
    backfilled: false,
    mid,
    spread: ask - bid,
    spreadBps: ((ask - bid) / mid) * 10_000,
    ...changes,
  };
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
    low: 99.5,
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

/** An open gap of BTC/USDT on binance after trade 41, changed as told. */
export function gapOf(changes: Partial<Gap> = {}): Gap {
  return {
    gapId: 'binance:BTC/USDT:41',
    exchange: 'binance',
    symbol: 'BTC/USDT',
    afterTradeId: '41',
    beforeTradeId: null,
    fromTimestamp: MINUTE,
    toTimestamp: null,
    missing: null,
    cause: 'disconnect',
    status: 'open',
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

/** A hit of the signal of {@link signalOf} five minutes later, changed as told. */
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
    entryPrice: 100.1,
    exitPrice: 100.3,
    returnBps: 19.98001998,
    maxAdverseBps: 2.5,
    maxFavourableBps: 31,
    ...changes,
  };
}

/** An outcome of which nothing can be said, changed as told. */
export function unjudgedOf(changes: Partial<SignalOutcome> = {}): SignalOutcome {
  const none = {
    entryPrice: null,
    exitPrice: null,
    returnBps: null,
    maxAdverseBps: null,
    maxFavourableBps: null,
  };
  return outcomeOf({ status: 'unjudged', ...none, ...changes });
}
