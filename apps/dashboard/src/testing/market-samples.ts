import type { Candle, Gap, MlSignal, ProcessedTick, SignalOutcome } from '@neuraltrade/contracts';

/** A valid processed tick; what is not said is invented. Bid and ask lie 1 below and above `last`. */
export function tickOf(fields: Partial<ProcessedTick>): ProcessedTick {
  const last = fields.last ?? 100;
  const [bid, ask] = [last - 1, last + 1];
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid,
    ask,
    last,
    volume: 1,
    timestamp: 1_760_000_000_000,
    tradeId: '1',
    takerSide: 'buy',
    receivedAt: 1_760_000_000_050,
    quoted: true,
    quotedAt: 1_760_000_000_040,
    backfilled: false,
    mid: last,
    spread: 2,
    spreadBps: (2 / last) * 10_000,
    ...fields,
  };
}

/** A valid candle; what is not said is invented. State and revision follow each other. */
export function candleOf(fields: Partial<Candle>): Candle {
  const { open = 100, close = 101, revision = 0 } = fields;
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    timestamp: 1_760_000_040_000,
    open,
    high: Math.max(open, close) + 1,
    low: Math.min(open, close) - 1,
    close,
    volume: 3,
    trades: 7,
    vwap: (open + close) / 2,
    state: revision === -1 ? 'partial' : revision === 0 ? 'final' : 'revised',
    revision,
    epoch: 1,
    complete: true,
    ...fields,
  };
}

/** An open gap of that symbol after trade 41; what is not said is invented. */
export function gapOf(fields: Partial<Gap>): Gap {
  return {
    gapId: 'binance:BTC/USDT:41',
    exchange: 'binance',
    symbol: 'BTC/USDT',
    afterTradeId: '41',
    beforeTradeId: null,
    fromTimestamp: 1_760_000_000_000,
    toTimestamp: null,
    missing: null,
    cause: 'disconnect',
    status: 'open',
    ...fields,
  };
}

/** A signal of that symbol to buy; what is not said is invented. */
export function signalOf(fields: Partial<MlSignal>): MlSignal {
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
    timestamp: 1_760_000_100_000,
    ...fields,
  };
}

/** A hit of that signal five minutes later; what is not said is invented. */
export function outcomeOf(fields: Partial<SignalOutcome>): SignalOutcome {
  const { timestamp = 1_760_000_100_000 } = fields;
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    modelVersion: 'trend-1',
    signalType: 'buy',
    timestamp,
    horizonTimestamp: timestamp + 300_000,
    status: 'hit',
    entryPrice: 100,
    exitPrice: 101,
    returnBps: 100,
    maxAdverseBps: 5,
    maxFavourableBps: 120,
    ...fields,
  };
}
