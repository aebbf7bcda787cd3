import type { Candle } from '@neuraltrade/contracts';
import type { MarketStore } from '@neuraltrade/storage';
import { candleOf, gapOf, outcomeOf, signalOf } from './market-samples';

/** The venues of the samples. */
export const VENUES = ['binance', 'bybit', 'coinbase', 'kraken'];
/** One minute, ms. */
export const MINUTE = 60_000;
/** When the minute began in which the tests run, ms UTC. */
export const OPEN = Math.floor(Date.now() / MINUTE) * MINUTE;

/** Stores the candles, and of Kraken's ETH/USD a gap and a signal with its outcome, all from before now. */
export async function storeHistory(store: MarketStore): Promise<void> {
  const market = { exchange: 'kraken', symbol: 'ETH/USD' };
  const timestamp = OPEN - 30 * MINUTE;
  await store.writeCandles(candleHistory());
  await store.writeGaps([
    gapOf({
      ...market,
      fromTimestamp: OPEN - 400 * MINUTE,
      toTimestamp: OPEN - 398 * MINUTE,
      status: 'unfillable',
    }),
  ]);
  await store.writeSignals([signalOf({ ...market, timestamp })]);
  await store.writeOutcomes([outcomeOf({ ...market, timestamp, status: 'miss', returnBps: -7 })]);
}

/**
 * BTC/USDT of every venue: 60 closed candles of 1m (opens 100, 101 ...) and 10 of 5m, up to now; ETH/USD of Kraken: 700 of 1m.
 */
function candleHistory(): Candle[] {
  const series = (
    exchange: string,
    timeframe: string,
    lengthMs: number,
    count: number,
    symbol = 'BTC/USDT',
  ): Candle[] =>
    Array.from({ length: count }, (_, index) =>
      candleOf({
        exchange,
        symbol,
        timeframe,
        timestamp: Math.floor(OPEN / lengthMs) * lengthMs - (count - index) * lengthMs,
        open: 100 + index,
        close: 101 + index,
      }),
    );
  const ofVenues = VENUES.flatMap((venue) => [
    ...series(venue, '1m', MINUTE, 60),
    ...series(venue, '5m', 5 * MINUTE, 10),
  ]);
  return [...ofVenues, ...series('kraken', '1m', MINUTE, 700, 'ETH/USD')];
}
