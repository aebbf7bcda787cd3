import type { Candle } from '@neuraltrade/contracts';
import type { Kline } from '@neuraltrade/venues';

/** Length of every interval of these tests, ms. */
export const MINUTE_MS = 60_000;
/** Open of their first interval, ms UTC. */
export const START = 1_789_387_200_000;

/** One trade of a test, in whole steps so that sums are exact. */
export interface Traded {
  /** Which minute it falls into, from 0. */
  readonly minute: number;
  /** Price, cents. */
  readonly price: number;
  /** Size, ten-thousandths. */
  readonly size: number;
}

/** Our candle of one minute: doubles added up as they come. */
export function candle(minute: number, trades: readonly Traded[], fields: Partial<Candle> = {}): Candle {
  const prices = trades.map(({ price }) => price / 100);
  const volume = trades.reduce((sum, { size }) => sum + size / 10_000, 0);
  const notional = trades.reduce((sum, { price, size }) => sum + (price / 100) * (size / 10_000), 0);
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    timestamp: START + minute * MINUTE_MS,
    open: prices[0] ?? 1,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) ?? 1,
    volume,
    trades: trades.length,
    vwap: notional / volume,
    state: 'final',
    revision: 0,
    epoch: 1,
    complete: true,
    ...fields,
  };
}

/** The venue's candle of one minute: sums of whole steps, printed once. */
export function kline(minute: number, trades: readonly Traded[], fields: Partial<Kline> = {}): Kline {
  const prices = trades.map(({ price }) => price / 100);
  const volume = trades.reduce((sum, { size }) => sum + size, 0) / 10_000;
  const notional = trades.reduce((sum, { price, size }) => sum + price * size, 0) / 1_000_000;
  return {
    timestamp: START + minute * MINUTE_MS,
    open: prices[0] ?? 1,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) ?? 1,
    volume,
    trades: trades.length,
    vwap: notional / volume,
    vwapError: 1e-8 / volume,
    closed: true,
    ...fields,
  };
}

/** What a venue tells of a minute without trades. */
export function quiet(minute: number): Kline {
  return kline(minute, [{ minute, price: 100, size: 1 }], { volume: 0, trades: 0, vwap: null, vwapError: 0 });
}

/** The trades of each minute that has any, by minute. */
export function byMinute(trades: readonly Traded[]): Map<number, Traded[]> {
  const minutes = new Map<number, Traded[]>();
  for (const trade of trades) minutes.set(trade.minute, [...(minutes.get(trade.minute) ?? []), trade]);
  return minutes;
}
