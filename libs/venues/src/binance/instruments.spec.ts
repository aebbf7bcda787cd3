import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { binance } from '.';

const listed = (answer: unknown) => binance.instruments.decode(JSON.stringify(answer));

const binanceSymbol = (fields: object) => ({
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  filters: [
    { filterType: 'LOT_SIZE', stepSize: '0.00001000' },
    { filterType: 'PRICE_FILTER', tickSize: '0.01000000' },
  ],
  ...fields,
});

test('Binance lists symbols with their steps; HALT is not trading and a name in another script is left out', () => {
  const symbols = [
    binanceSymbol({}),
    binanceSymbol({ symbol: 'ETHBTC', baseAsset: 'ETH', quoteAsset: 'BTC', status: 'HALT', filters: [] }),
    binanceSymbol({ symbol: '币安USDT', baseAsset: '币安' }),
    null,
  ];
  expect(listed({ symbols })).toEqual([
    { symbol: 'BTC/USDT', native: 'BTCUSDT', trading: true, priceStep: '0.01000000', sizeStep: '0.00001000' },
    { symbol: 'ETH/BTC', native: 'ETHBTC', trading: false, priceStep: null, sizeStep: null },
  ]);
});

const file = join(__dirname, '../../../../../shared/data/instruments/binance.json');
(existsSync(file) ? test : test.skip)(
  'on a recorded list (skipped where ../shared/data is absent) the forward spelling is the listed one',
  () => {
    const rows = JSON.parse(readFileSync(file, 'utf8')) as unknown[];
    const found = binance.instruments.decode(JSON.stringify({ symbols: rows }));
    expect(found.length).toBeGreaterThan(rows.length * 0.95);
    expect(found.filter(({ symbol, native }) => binance.nativeSymbol(symbol) !== native)).toEqual([]);
    expect(found).toContainEqual(expect.objectContaining({ symbol: 'BTC/USDT', trading: true }));
  },
);
