import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bybit } from '.';

const listed = (answer: unknown) => bybit.instruments.decode(JSON.stringify(answer));

test('Bybit lists symbols inside a result whose code is 0', () => {
  const list = [
    {
      symbol: 'BTCUSDT',
      baseCoin: 'BTC',
      quoteCoin: 'USDT',
      status: 'Trading',
      priceFilter: { tickSize: '0.1' },
      lotSizeFilter: { basePrecision: '0.000001' },
    },
  ];
  expect(listed({ retCode: 0, retMsg: 'OK', result: { category: 'spot', list } })).toEqual([
    { symbol: 'BTC/USDT', native: 'BTCUSDT', trading: true, priceStep: '0.1', sizeStep: '0.000001' },
  ]);
});

const file = join(__dirname, '../../../../../shared/data/instruments/bybit.json');
(existsSync(file) ? test : test.skip)(
  'on a recorded list (skipped where ../shared/data is absent) the forward spelling is the listed one',
  () => {
    const rows = JSON.parse(readFileSync(file, 'utf8')) as unknown[];
    const found = bybit.instruments.decode(JSON.stringify({ retCode: 0, result: { list: rows } }));
    expect(found.length).toBeGreaterThan(rows.length * 0.95);
    expect(found.filter(({ symbol, native }) => bybit.nativeSymbol(symbol) !== native)).toEqual([]);
    expect(found).toContainEqual(expect.objectContaining({ symbol: 'BTC/USDT', trading: true }));
  },
);
