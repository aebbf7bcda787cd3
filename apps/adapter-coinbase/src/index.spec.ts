import { adapterCoinbase } from './index';

it('adapter-coinbase reads Coinbase', () => {
  expect(adapterCoinbase.name).toBe('adapter-coinbase');
  expect(adapterCoinbase.venue).toMatchObject({ name: 'coinbase', title: 'Coinbase' });
});
