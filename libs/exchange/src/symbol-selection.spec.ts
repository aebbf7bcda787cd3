import type { Instrument } from '@neuraltrade/venues';
import { NoSymbolListedError, selectSymbols } from './symbol-selection';
import { testVenue } from './testing/adapter-harness';

const binance = testVenue('binance');
const listed = (symbol: string, trading = true): Instrument => ({
  symbol,
  native: symbol.replace('/', ''),
  trading,
  priceStep: null,
  sizeStep: null,
});
const instruments = [listed('BTC/USDT'), listed('ETH/USDT'), listed('BTC/USDC'), listed('SOL/USDT', false)];

describe('symbols asked for', () => {
  it('are skipped where the venue does not list them', () => {
    expect(selectSymbols(binance, instruments, ['BTC/USDT', 'BTC/USD', 'SOL/USDT'], false)).toEqual({
      listed: ['BTC/USDT', 'SOL/USDT'],
      skipped: ['BTC/USD'],
      halted: ['SOL/USDT'],
    });
  });

  it('for this venue by name are a fault where it does not list them, with the nearest names', () => {
    expect(() => selectSymbols(binance, instruments, ['BTC/USDT', 'BTC/UST', 'ETHH/USDT'], true)).toThrow(
      'Binance does not list BTC/UST; the nearest names are BTC/USDT, BTC/USDC, ETH/USDT.\n' +
        'Binance does not list ETHH/USDT; the nearest names are ETH/USDT, BTC/USDT, BTC/USDC.',
    );
  });

  it('are a fault when none is left', () => {
    const select = () => selectSymbols(binance, instruments, ['BTC/EUR', 'BTC/USD'], false);
    expect(select).toThrow('Binance lists none of the symbols BTC/EUR, BTC/USD.');
    expect(select).toThrow(NoSymbolListedError);
  });
});
