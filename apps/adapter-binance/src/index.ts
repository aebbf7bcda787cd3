import { adapterApp } from '@neuraltrade/exchange';

/** The adapter of Binance. */
export const adapterBinance = adapterApp('binance');
