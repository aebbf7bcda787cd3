import { adapterApp } from '@neuraltrade/exchange';

/** The adapter of Coinbase. */
export const adapterCoinbase = adapterApp('coinbase');
