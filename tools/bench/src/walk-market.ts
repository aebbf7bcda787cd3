import type { Candle, ProcessedTick } from '@neuraltrade/contracts';

/** What the measured market is of. */
export const WALK = { exchange: 'binance', symbol: 'BTC/USDT' } as const;
const START = Date.UTC(2025, 0, 1);
const MINUTE_MS = 60_000;
/** Time from a trade to the next, ms: about what a busy pair has. */
const TRADE_MS = 250;

/** Prices that walk at random, the same ones each time, as a venue writes them: two digits behind the point. */
function* walk(step: number): Generator<number, never> {
  let state = 1;
  let price = 60_000;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    price *= 1 + (state / 2 ** 32 - 0.5) * step;
    yield Math.round(price * 100) / 100;
  }
}

/** One-minute candles without a hole. */
export function walkingCandles(count: number): Candle[] {
  const prices = walk(0.002);
  let close = prices.next().value;
  return Array.from({ length: count }, (_, index) => {
    const [open, middle] = [close, prices.next().value];
    close = prices.next().value;
    return {
      ...WALK,
      timeframe: '1m',
      timestamp: START + index * MINUTE_MS,
      ...{ open, close, high: Math.max(open, middle, close), low: Math.min(open, middle, close) },
      volume: 3,
      trades: 60,
      vwap: (open + middle + close) / 3,
      ...{ state: 'final', revision: 0, epoch: 1, complete: true },
    };
  });
}

/** Trades whose ids rise by one. @param first index of the first. */
export function* walkingTicks(count: number, batch: number): Generator<ProcessedTick[]> {
  const prices = walk(0.0002);
  for (let first = 0; first < count; first += batch)
    yield Array.from({ length: Math.min(batch, count - first) }, (_, offset) => {
      const index = first + offset;
      const last = prices.next().value;
      const timestamp = START + index * TRADE_MS;
      return {
        ...WALK,
        ...{ bid: last - 0.05, ask: last + 0.05, last, volume: ((index % 101) + 1) / 1_024, timestamp },
        tradeId: String(4_000_000_000 + index),
        takerSide: index % 2 === 0 ? 'buy' : 'sell',
        receivedAt: timestamp + 20,
        ...{ quoted: true, quotedAt: timestamp, backfilled: false },
        ...{ mid: last, spread: 0.1, spreadBps: (0.1 / last) * 10_000 },
      };
    });
}
