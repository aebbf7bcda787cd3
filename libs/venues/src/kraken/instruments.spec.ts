import { kraken } from '.';

const listed = (answer: unknown) => kraken.instruments.decode(JSON.stringify(answer));

test('Kraken v1 names are turned into the names of its v2 feed', () => {
  const pair = {
    altname: 'XBTUSD',
    wsname: 'XBT/USD',
    base: 'XXBT',
    quote: 'ZUSD',
    status: 'online',
    tick_size: '0.1',
    lot_decimals: 8,
  };
  const result = {
    XXBTZUSD: pair,
    XDGXBT: { ...pair, wsname: 'XDG/XBT', status: 'cancel_only', tick_size: undefined, lot_decimals: 0 },
    DARK: { ...pair, wsname: undefined },
  };
  expect(listed({ error: [], result })).toEqual([
    { symbol: 'BTC/USD', native: 'BTC/USD', trading: true, priceStep: '0.1', sizeStep: '0.00000001' },
    { symbol: 'DOGE/BTC', native: 'DOGE/BTC', trading: false, priceStep: null, sizeStep: '1' },
  ]);
});
