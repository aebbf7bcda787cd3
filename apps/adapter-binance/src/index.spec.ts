import { adapterBinance } from './index';

it('adapter-binance reads Binance', () => {
  expect(adapterBinance.name).toBe('adapter-binance');
  expect(adapterBinance.venue).toMatchObject({ name: 'binance', title: 'Binance' });
});
