import { coinbase } from '.';

const listed = (answer: unknown) => coinbase.instruments.decode(JSON.stringify(answer));

test('Coinbase products that are not online, or where nothing can match, are not trading', () => {
  const product = {
    id: 'BTC-USD',
    base_currency: 'BTC',
    quote_currency: 'USD',
    status: 'online',
    quote_increment: '0.01',
    base_increment: '0.00000001',
    trading_disabled: false,
    post_only: false,
    cancel_only: false,
    limit_only: true,
  };
  const answer = [
    product,
    { ...product, status: 'delisted' },
    { ...product, trading_disabled: true },
    { ...product, post_only: true },
    { ...product, cancel_only: true },
  ];
  const found = listed(answer);
  expect(found[0]).toEqual({
    symbol: 'BTC/USD',
    native: 'BTC-USD',
    trading: true,
    priceStep: '0.01',
    sizeStep: '0.00000001',
  });
  expect(found.map(({ trading }) => trading)).toEqual([true, false, false, false, false]);
});
