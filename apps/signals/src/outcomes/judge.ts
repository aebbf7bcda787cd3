import type { Candle, SignalOutcome } from '@neuraltrade/contracts';

/** A signal whose outcome is awaited: which one it is, and what it is judged by. */
export type FollowedSignal = Pick<
  SignalOutcome,
  'exchange' | 'symbol' | 'timeframe' | 'modelVersion' | 'signalType' | 'timestamp' | 'horizonTimestamp'
>;

/** What of a candle counts for an outcome. */
export type Prices = Pick<Candle, 'open' | 'high' | 'low' | 'close'>;

const BPS = 10_000;

/**
 * The outcome of a signal by the candles of its horizon.
 * @param candles every candle from the signal's timestamp to its horizon in their order, final and complete; at least one.
 * @param holdBandBps a hold is hit when the move from entry to exit is at most this, bps.
 */
export function judge(
  signal: FollowedSignal,
  candles: readonly Prices[],
  holdBandBps: number,
): SignalOutcome {
  const entryPrice = (candles[0] as Prices).open;
  const exitPrice = (candles[candles.length - 1] as Prices).close;
  let high = -Infinity;
  let low = Infinity;
  for (const candle of candles) {
    high = Math.max(high, candle.high);
    low = Math.min(low, candle.low);
  }
  // The first candle's open lies between its low and high: neither way is negative.
  const up = bps(high, entryPrice);
  const down = -bps(low, entryPrice) || 0;
  const move = bps(exitPrice, entryPrice);
  const told = { ...identityOf(signal), entryPrice, exitPrice };
  switch (signal.signalType) {
    case 'buy':
      return { ...told, status: hit(move > 0), returnBps: move, maxAdverseBps: down, maxFavourableBps: up };
    case 'sell':
      return {
        ...told,
        status: hit(move < 0),
        returnBps: -move || 0,
        maxAdverseBps: up,
        maxFavourableBps: down,
      };
    case 'hold':
      return {
        ...told,
        status: hit(Math.abs(move) <= holdBandBps),
        returnBps: move,
        maxAdverseBps: Math.max(up, down),
        maxFavourableBps: 0,
      };
  }
}

/** The outcome of a signal of whose horizon candles are missing or incomplete. */
export function unjudged(signal: FollowedSignal): SignalOutcome {
  return {
    ...identityOf(signal),
    status: 'unjudged',
    entryPrice: null,
    exitPrice: null,
    returnBps: null,
    maxAdverseBps: null,
    maxFavourableBps: null,
  };
}

function bps(price: number, entryPrice: number): number {
  return ((price - entryPrice) / entryPrice) * BPS;
}

function hit(isHit: boolean): 'hit' | 'miss' {
  return isHit ? 'hit' : 'miss';
}

function identityOf({
  exchange,
  symbol,
  timeframe,
  modelVersion,
  signalType,
  timestamp,
  horizonTimestamp,
}: FollowedSignal): FollowedSignal {
  return { exchange, symbol, timeframe, modelVersion, signalType, timestamp, horizonTimestamp };
}
