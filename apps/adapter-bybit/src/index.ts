import { adapterApp } from '@neuraltrade/exchange';

/** The adapter of Bybit. */
export const adapterBybit = adapterApp('bybit');
