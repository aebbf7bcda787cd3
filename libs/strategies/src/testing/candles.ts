import type { Candle } from '@neuraltrade/contracts';

/** The open time of the first sample candle, ms UTC. */
export const FIRST_OPEN = Date.UTC(2026, 0, 5, 11, 17);
/** The length of a sample candle, ms. */
export const MINUTE = 60_000;

/** A final, complete one-minute candle of BTC/USDT on binance, changed as told. */
export function candleOf(changes: Partial<Candle> = {}): Candle {
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    timeframe: '1m',
    timestamp: FIRST_OPEN,
    open: 100,
    high: 101,
    low: 99,
    close: 100.5,
    volume: 12.5,
    trades: 40,
    vwap: 100.125,
    state: 'final',
    revision: 0,
    epoch: 1,
    complete: true,
    ...changes,
  };
}

/** A walk of consecutive candles, the same for a seed. */
export function walkOf(count: number, seed = 1, changes: Partial<Candle> = {}): Candle[] {
  const draw = drawsOf(seed);
  let price = 60_000 * (1 + 0.01 * draw());
  return Array.from({ length: count }, (_, index) => {
    const open = price;
    const close = open * Math.exp(0.001 * (draw() - 0.5));
    const high = Math.max(open, close) * (1 + 0.0004 * draw());
    const low = Math.min(open, close) * (1 - 0.0004 * draw());
    price = close * (1 + 0.0001 * (draw() - 0.5));
    return candleOf({
      timestamp: FIRST_OPEN + index * MINUTE,
      ...{ open, high, low, close },
      volume: 0.01 + 20 * draw() ** 3,
      vwap: low + (high - low) * draw(),
      ...changes,
    });
  });
}

/** Draws from [0, 1), the same for a seed. */
export function drawsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
