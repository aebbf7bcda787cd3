import type { VenueDefinition } from '../server/simulated-venue';
import { bybitVenue } from './venue';

const DOLLAR_BASES =
  'BTC ETH SOL XRP BNB DOGE ADA TRX LTC LINK AVAX DOT UNI ATOM NEAR SUI AAVE BCH PEPE'.split(' ');

/** Bybit spot. */
export const bybit: VenueDefinition = {
  traits: {
    name: 'bybit',
    activity: 2,
    spreadBps: 0.2,
    quotesPerTrade: 10,
    consecutiveTradeIds: false,
    quotes: ['USDT', 'USDC', 'BTC', 'EUR'],
    unlistedBases: new Set(),
    standingPairs: [
      ...DOLLAR_BASES.map((base) => `${base}/USDT`),
      ...['BTC/USDC', 'ETH/USDC', 'SOL/USDC', 'ETH/BTC', 'SOL/BTC', 'BTC/EUR', 'ETH/EUR', 'USDC/USDT'],
    ],
    haltedPairs: new Set(),
    digits: new Map([
      ['BTC', { price: 1, size: 6 }],
      ['ETH', { price: 2, size: 5 }],
      ['SOL', { price: 2, size: 4 }],
      ['BNB', { price: 1, size: 4 }],
      ['DOGE', { price: 5, size: 1 }],
      ['ADA', { price: 4, size: 2 }],
      ['LTC', { price: 2, size: 5 }],
      ['LINK', { price: 3, size: 3 }],
      ['AVAX', { price: 3, size: 3 }],
      ['PEPE', { price: 9, size: 0 }],
      ['USDC/USDT', { price: 4, size: 2 }],
    ]),
    nativeSymbol: (base, quote) => base + quote,
  },
  create: bybitVenue,
};
