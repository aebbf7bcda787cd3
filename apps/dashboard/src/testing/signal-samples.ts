import type { MlSignal, SignalOutcome } from '@neuraltrade/contracts';

/** A valid signal to buy; what is not said is invented. */
export function signalOf(fields: Partial<MlSignal>): MlSignal {
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    signalType: 'buy',
    riskLevel: 'low',
    confidence: 0.6,
    probBuy: 0.6,
    probHold: 0.3,
    probSell: 0.1,
    riskScore: 0.2,
    inferenceTimeMs: 0.1,
    modelVersion: 'logistic-1',
    timestamp: 1_760_000_100_000,
    ...fields,
  };
}

/** A valid outcome of such a signal: 12.5 bps its way when hit, against it when missed. */
export function outcomeOf(fields: Partial<SignalOutcome>): SignalOutcome {
  const { timestamp = 1_760_000_100_000, status = 'hit' } = fields;
  const figures =
    status === 'unjudged'
      ? { entryPrice: null, exitPrice: null, returnBps: null, maxAdverseBps: null, maxFavourableBps: null }
      : {
          entryPrice: 100,
          exitPrice: status === 'hit' ? 100.125 : 99.875,
          returnBps: status === 'hit' ? 12.5 : -12.5,
          maxAdverseBps: 3,
          maxFavourableBps: 15,
        };
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    modelVersion: 'logistic-1',
    signalType: 'buy',
    timestamp,
    horizonTimestamp: timestamp + 300_000,
    ...figures,
    ...fields,
    status,
  };
}
