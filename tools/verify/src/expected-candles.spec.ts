import fc from 'fast-check';
import { type ExpectedCandle, ExpectedCandles } from './expected-candles';

const MINUTE = { name: '1m', lengthMs: 60_000 };
const FIVE = { name: '5m', lengthMs: 300_000 };
const AT = Date.UTC(2026, 0, 15, 12);

function candlesOf(
  trades: readonly (readonly [timestamp: number, price: number, size: number])[],
  timeframes = [MINUTE],
): ExpectedCandle[] {
  const candles: ExpectedCandle[] = [];
  const expected = new ExpectedCandles(timeframes, (candle) => candles.push(candle));
  for (const [timestamp, price, size] of trades)
    expected.add({ exchange: 'binance', symbol: 'BTC/USDT', timestamp, price, size });
  expected.end();
  return candles;
}

describe('the candles of the truth', () => {
  it('take the first and last price, the extremes, the exact sum and the exact mean', () => {
    const ten = Array.from({ length: 10 }, (_, index) => [AT + index, index + 1, 0.1] as const);
    expect(candlesOf(ten)).toMatchObject([
      { open: 1, high: 10, low: 1, close: 10, volume: 1, trades: 10, vwap: 5.5, timestamp: AT },
    ]);
  });

  it('begin with the trade on the opening instant and have no trades of the next', () => {
    const candles = candlesOf([
      [AT + 59_999, 1, 1],
      [AT + 60_000, 2, 1],
      [AT + 180_000, 3, 1],
    ]);
    expect(candles.map(({ timestamp, trades }) => [timestamp - AT, trades])).toEqual([
      [0, 1],
      [60_000, 1],
      [180_000, 1],
    ]);
  });

  it('are the same in a longer timeframe as if all trades were summed there', () => {
    const trade = fc.tuple(
      fc.integer({ min: 0, max: 900_000 }),
      fc.integer({ min: 1, max: 10 ** 9 }).map((price) => price / 1_000),
      fc.integer({ min: 1, max: 10 ** 9 }).map((size) => size / 1e8),
    );
    fc.assert(
      fc.property(fc.array(trade, { minLength: 1, maxLength: 60 }), (list) => {
        const trades = list
          .map(([ms, price, size]) => [AT + ms, price, size] as const)
          .sort((a, b) => a[0] - b[0]);
        const both = candlesOf(trades, [MINUTE, FIVE]).filter(({ timeframe }) => timeframe === FIVE);
        expect(both).toEqual(candlesOf(trades, [FIVE]));
        for (const { vwap, low, high } of both) {
          expect(vwap).toBeGreaterThanOrEqual(low);
          expect(vwap).toBeLessThanOrEqual(high);
        }
      }),
    );
  });

  it('of other series begin anew', () => {
    const candles: ExpectedCandle[] = [];
    const expected = new ExpectedCandles([MINUTE], (candle) => candles.push(candle));
    for (const [exchange, symbol] of [
      ['binance', 'BTC/USDT'],
      ['binance', 'ETH/USDT'],
      ['kraken', 'ETH/USDT'],
    ] as const)
      expected.add({ exchange, symbol, timestamp: AT, price: 1, size: 1 });
    expected.end();
    expect(candles.map(({ exchange, symbol, trades }) => [exchange, symbol, trades])).toEqual([
      ['binance', 'BTC/USDT', 1],
      ['binance', 'ETH/USDT', 1],
      ['kraken', 'ETH/USDT', 1],
    ]);
  });

  it('refuse a size that cannot be summed exactly instead of rounding it', () => {
    expect(() => candlesOf([[AT, 1, 2 ** -260]])).toThrow(RangeError);
  });
});
