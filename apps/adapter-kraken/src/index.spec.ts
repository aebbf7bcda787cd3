import { adapterKraken } from './index';

it('adapter-kraken reads Kraken', () => {
  expect(adapterKraken.name).toBe('adapter-kraken');
  expect(adapterKraken.venue).toMatchObject({ name: 'kraken', title: 'Kraken' });
});
