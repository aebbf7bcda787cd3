import fc from 'fast-check';
import {
  formatAddress,
  isSameSeries,
  OVERLAYS,
  PANELS,
  parseAddress,
  PLAIN_ADDRESS,
  TIMEFRAMES,
  toggled,
} from './page-address';

const series = fc.option(
  fc.record({
    exchange: fc.constantFrom('binance', 'kraken'),
    symbol: fc.constantFrom('BTC/USD', 'ETH/USDT'),
    timeframe: fc.constantFrom(...TIMEFRAMES),
  }),
);

test('an address names venue, symbol and candle length', () => {
  const kraken = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '15m' };
  expect(formatAddress({ ...PLAIN_ADDRESS, series: kraken })).toBe('#/kraken/BTC-USD/15m');
  expect(parseAddress('#/kraken/BTC-USD/15m').series).toEqual(kraken);
});

test('an address says which panels and overlays are put away', () => {
  const hash = '#/kraken/BTC-USD/15m?hide=tape,pipeline&panel=chart&off=vwap&signals=symbol';
  const address = parseAddress(hash);
  expect(address).toMatchObject({
    hidden: ['tape', 'pipeline'],
    panel: 'chart',
    off: ['vwap'],
    signals: 'symbol',
  });
  expect(formatAddress(address)).toBe(hash);
});

test('every address comes back as it was', () => {
  const addresses = fc.record({
    series,
    hidden: fc.subarray([...PANELS]),
    panel: fc.constantFrom(...PANELS),
    off: fc.subarray([...OVERLAYS]),
    signals: fc.constantFrom('all' as const, 'symbol' as const),
  });
  fc.assert(
    fc.property(addresses, (address) => expect(parseAddress(formatAddress(address))).toEqual(address)),
  );
});

test.each([
  '',
  '#',
  '#/kraken/BTC/USD/1m',
  '#/Kraken/BTC-USD/1m',
  '#/kraken/BTC-USD/soon',
  '#/a/b/c/d',
  '#?hide=nix,&panel=none&off=__proto__&signals=none',
])('the address %p says nothing', (hash) => expect(parseAddress(hash)).toEqual(PLAIN_ADDRESS));

test('a name is put in, and taken out again', () => {
  expect(toggled(['vwap'], 'gaps')).toEqual(['vwap', 'gaps']);
  expect(toggled(['vwap', 'gaps'], 'vwap')).toEqual(['gaps']);
});

test('no series is the same as none, and as no other', () => {
  const kraken = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '15m' };
  expect(isSameSeries(null, null)).toBe(true);
  expect(isSameSeries(kraken, null)).toBe(false);
  expect(isSameSeries(kraken, { ...kraken })).toBe(true);
});
