import { parseSelection, selectionHash } from './selection';

test('an address names venue, symbol and candle length', () => {
  const series = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '15m' };
  expect(selectionHash(series)).toBe('#/kraken/BTC-USD/15m');
  expect(parseSelection('#/kraken/BTC-USD/15m')).toEqual(series);
});

test.each(['', '#', '#/kraken/BTC/USD/1m', '#/Kraken/BTC-USD/1m', '#/kraken/BTC-USD/soon', '#/a/b/c/d'])(
  'the address %p names nothing',
  (hash) => expect(parseSelection(hash)).toBeNull(),
);
