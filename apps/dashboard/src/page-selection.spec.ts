import { retryDelay } from '../page/backoff';
import { parseSelection, selectionHash } from '../page/selection';

test('an address names venue, symbol and candle length', () => {
  const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '15m' };
  expect(selectionHash(series)).toBe('#/kraken/BTC-USD/15m');
  expect(parseSelection('#/kraken/BTC-USD/15m')).toEqual(series);
});

test.each(['', '#', '#/kraken/BTC/USD/1m', '#/Kraken/BTC-USD/1m', '#/kraken/BTC-USD/soon', '#/a/b/c/d'])(
  'the address %p names nothing',
  (hash) => expect(parseSelection(hash)).toBeNull(),
);

test('waits for a reconnect grow up to a cap and are spread over it', () => {
  expect([retryDelay(0, () => 0), retryDelay(0, () => 1)]).toEqual([250, 500]);
  expect([retryDelay(3, () => 0), retryDelay(3, () => 1)]).toEqual([250, 4_000]);
  expect(retryDelay(1_000, () => 1)).toBe(15_000);
});
