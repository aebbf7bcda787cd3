import type { VenueDefinition } from '../server/simulated-venue';
import { krakenVenue } from './venue';

const DOLLAR_BASES =
  'BTC ETH SOL XRP BNB DOGE ADA TRX LTC LINK AVAX DOT UNI ATOM NEAR SUI AAVE BCH PEPE'.split(' ');
const TETHER_BASES = 'BTC ETH SOL XRP DOGE ADA LTC LINK DOT AVAX'.split(' ');

/** Kraken spot. */
export const kraken: VenueDefinition = {
  traits: {
    name: 'kraken',
    activity: 1,
    spreadBps: 0.5,
    quotesPerTrade: 10,
    consecutiveTradeIds: true,
    quotes: ['USD', 'USDT', 'EUR', 'USDC', 'GBP', 'BTC', 'ETH'],
    unlistedBases: new Set(),
    standingPairs: [
      ...DOLLAR_BASES.map((base) => `${base}/USD`),
      ...TETHER_BASES.map((base) => `${base}/USDT`),
      ...[
        'BTC/EUR',
        'ETH/EUR',
        'SOL/EUR',
        'XRP/EUR',
        'BTC/GBP',
        'BTC/USDC',
        'ETH/BTC',
        'SOL/BTC',
        'USDT/USD',
      ],
      'BCH/BTC',
    ],
    haltedPairs: new Set(['BCH/BTC']),
    digits: new Map([
      ['BTC', { price: 1, size: 8 }],
      ['ETH', { price: 2, size: 8 }],
      ['SOL', { price: 2, size: 8 }],
      ['XRP', { price: 5, size: 8 }],
      ['BNB', { price: 2, size: 5 }],
      ['DOGE', { price: 7, size: 8 }],
      ['ADA', { price: 6, size: 8 }],
      ['LTC', { price: 2, size: 8 }],
      ['LINK', { price: 5, size: 8 }],
      ['AVAX', { price: 2, size: 8 }],
      ['DOT', { price: 4, size: 8 }],
      ['USDT/USD', { price: 5, size: 8 }],
    ]),
    nativeSymbol: (base, quote) => `${base}/${quote}`,
  },
  create: krakenVenue,
};
