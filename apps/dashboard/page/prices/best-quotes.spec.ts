import fc from 'fast-check';
import type { PriceRow } from '../protocol';
import { bestQuotes, COMPARABLE_MS } from './best-quotes';

const NOW = 1_760_000_000_000;

function rowOf(fields: Partial<PriceRow>): PriceRow {
  const { bid = 99, ask = 101 } = fields;
  return {
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid,
    ask,
    last: (bid + ask) / 2,
    spread: ask - bid,
    spreadBps: ((ask - bid) / ((ask + bid) / 2)) * 10_000,
    quoted: true,
    timestamp: NOW,
    ...fields,
  };
}

test('the highest bid and the lowest ask win, each with its venue', () => {
  const best = bestQuotes(
    [
      rowOf({ exchange: 'binance', bid: 100, ask: 103 }),
      rowOf({ exchange: 'kraken', bid: 99, ask: 102 }),
      rowOf({ exchange: 'bybit', bid: 100, ask: 104 }),
    ],
    NOW,
  );
  expect(best.bid).toEqual({ price: 100, exchanges: ['binance', 'bybit'] });
  expect(best.ask).toEqual({ price: 102, exchanges: ['kraken'] });
  expect(best.spreadBps).toBeCloseTo((2 / 101) * 10_000, 9);
});

test('a bid above the ask of another venue is a negative spread', () => {
  const rows = [rowOf({ bid: 102, ask: 103 }), rowOf({ exchange: 'kraken', bid: 99, ask: 100 })];
  expect(bestQuotes(rows, NOW).spreadBps).toBeCloseTo((-2 / 101) * 10_000, 9);
});

test('one venue alone has no spread across venues', () => {
  expect(bestQuotes([rowOf({})], NOW)).toMatchObject({ bid: { price: 99 }, spreadBps: null });
});

test.each([
  ['a trade without a quote', { quoted: false, bid: 500, ask: 1 }],
  ['a quote that is too old', { timestamp: NOW - COMPARABLE_MS - 1, bid: 500, ask: 1 }],
])('%s is compared with no other', (_, fields) => {
  const rows = [rowOf({}), rowOf({ exchange: 'kraken', ...fields })];
  expect(bestQuotes(rows, NOW)).toEqual(bestQuotes([rowOf({})], NOW));
});

test('nothing is best without a quote, or before the clock is known', () => {
  expect(bestQuotes([], NOW).bid).toBeNull();
  expect(bestQuotes([rowOf({})], null).bid).toBeNull();
});

test('no venue bids more or asks less than the best', () => {
  const price = fc.double({ min: 1, max: 1_000, noNaN: true });
  const rows = fc.array(
    fc.record({ bid: price, ask: price }).map((fields) => rowOf(fields)),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(rows, (list) => {
      const { bid, ask } = bestQuotes(list, NOW);
      for (const row of list) {
        expect(row.bid).toBeLessThanOrEqual(bid?.price ?? -1);
        expect(row.ask).toBeGreaterThanOrEqual(ask?.price ?? 1e9);
      }
    }),
  );
});
