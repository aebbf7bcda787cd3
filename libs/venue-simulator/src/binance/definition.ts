import type { VenueDefinition } from '../server/simulated-venue';
import { binanceVenue } from './venue';

const DOLLAR_BASES =
  'BTC ETH SOL XRP BNB DOGE ADA TRX LTC LINK AVAX DOT UNI ATOM NEAR SUI AAVE BCH PEPE'.split(' ');

/** Binance spot. */
export const binance: VenueDefinition = {
  traits: {
    name: 'binance',
    activity: 3,
    spreadBps: 0.1,
    quotesPerTrade: 10,
    consecutiveTradeIds: true,
    quotes: ['USDT', 'USDC', 'BTC', 'ETH', 'EUR'],
    unlistedBases: new Set(),
    standingPairs: [
      ...DOLLAR_BASES.map((base) => `${base}/USDT`),
      ...[
        'BTC/USDC',
        'ETH/USDC',
        'SOL/USDC',
        'ETH/BTC',
        'SOL/BTC',
        'BNB/BTC',
        'SOL/ETH',
        'BTC/EUR',
        'ETH/EUR',
      ],
      ...['USDC/USDT', 'BCH/USDC'],
    ],
    haltedPairs: new Set(['BCH/USDC']),
    digits: new Map([
      ['LINK', { price: 2, size: 2 }],
      ['AVAX', { price: 2, size: 2 }],
      ['DOT', { price: 3, size: 2 }],
      ['USDC/USDT', { price: 4, size: 0 }],
    ]),
    nativeSymbol: (base, quote) => base + quote,
  },
  create: binanceVenue,
};
