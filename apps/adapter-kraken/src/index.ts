import { adapterApp } from '@neuraltrade/exchange';

/** The adapter of Kraken. */
export const adapterKraken = adapterApp('kraken');
