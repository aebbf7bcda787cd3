import type { VenueDefinition } from '../server/simulated-venue';
import { coinbaseVenue } from './venue';

const DOLLAR_BASES = 'BTC ETH SOL XRP DOGE ADA LTC LINK AVAX DOT UNI ATOM NEAR SUI AAVE BCH PEPE'.split(' ');
const TETHER_BASES = 'BTC ETH SOL XRP DOGE ADA LINK AVAX DOT'.split(' ');

/** Coinbase Exchange. */
export const coinbase: VenueDefinition = {
  traits: {
    name: 'coinbase',
    activity: 2,
    spreadBps: 0.3,
    quotesPerTrade: 2,
    consecutiveTradeIds: true,
    quotes: ['USD', 'USDT', 'EUR', 'GBP', 'BTC'],
    unlistedBases: new Set(['TRX', 'BNB']),
    standingPairs: [
      ...DOLLAR_BASES.map((base) => `${base}/USD`),
      ...TETHER_BASES.map((base) => `${base}/USDT`),
      ...['BTC/EUR', 'ETH/EUR', 'SOL/EUR', 'BTC/GBP', 'ETH/GBP', 'ETH/BTC', 'SOL/BTC', 'USDT/USD', 'UNI/BTC'],
    ],
    haltedPairs: new Set(['UNI/BTC']),
    digits: new Map([
      ['BTC', { price: 2, size: 8 }],
      ['ETH', { price: 2, size: 8 }],
      ['SOL', { price: 2, size: 8 }],
      ['SOL/USDT', { price: 2, size: 3 }],
      ['XRP', { price: 4, size: 6 }],
      ['DOGE', { price: 5, size: 1 }],
      ['DOGE/USDT', { price: 4, size: 1 }],
      ['ADA', { price: 4, size: 8 }],
      ['LTC', { price: 2, size: 8 }],
      ['USDT/USD', { price: 5, size: 2 }],
    ]),
    nativeSymbol: (base, quote) => `${base}-${quote}`,
  },
  create: coinbaseVenue,
};
