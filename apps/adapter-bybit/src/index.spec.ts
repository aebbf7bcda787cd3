import { adapterBybit } from './index';

it('adapter-bybit reads Bybit', () => {
  expect(adapterBybit.name).toBe('adapter-bybit');
  expect(adapterBybit.venue).toMatchObject({ name: 'bybit', title: 'Bybit' });
});
