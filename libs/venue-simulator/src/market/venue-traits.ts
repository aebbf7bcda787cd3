import { ASSETS } from './assets';
import type { InstrumentListing } from './instrument';

/** How one venue takes part in the market. */
export interface VenueTraits {
  /** The venue's name. */
  readonly name: string;
  /** How much is traded there relative to other venues, > 0. */
  readonly activity: number;
  /** Usual distance between bid and ask in basis points of the price; never less than one price step. */
  readonly spreadBps: number;
  /** Changes of the book's top for each trade, at least 1. */
  readonly quotesPerTrade: number;
  /** Whether trade ids rise by exactly one. */
  readonly consecutiveTradeIds: boolean;
  /** The quote currencies that it lists, the main one first. */
  readonly quotes: readonly string[];
  /** Assets that it does not list. */
  readonly unlistedBases: ReadonlySet<string>;
  /** The pairs that it lists whatever is asked for. */
  readonly standingPairs: readonly string[];
  /** Standing pairs that it lists but does not trade. */
  readonly haltedPairs: ReadonlySet<string>;
  /** Digits of price and size where the venue differs from the asset table, by BASE/QUOTE or by BASE (dollar pairs). */
  readonly digits: ReadonlyMap<string, Digits>;
  /** The venue's spelling of a pair. */
  nativeSymbol(base: string, quote: string): string;
}

/** Digits behind the point. */
export interface Digits {
  /** Of prices. */
  readonly price: number;
  /** Of sizes. */
  readonly size: number;
}

const DOLLAR_LIKE = new Set(['USD', 'USDT', 'USDC', 'EUR', 'GBP']);
/** Prices of other pairs are printed with about this many significant digits. */
const SIGNIFICANT_DIGITS = 5;

/**
 * What the venue lists: its standing pairs, and those asked for that it would plausibly list (a known asset against one
 * of its quote currencies).
 * @param asked symbols as BASE/QUOTE.
 */
export function listInstruments(venue: VenueTraits, asked: readonly string[]): InstrumentListing[] {
  const pairs = new Set(venue.standingPairs);
  for (const symbol of asked) if (listsPair(venue, symbol)) pairs.add(symbol);
  return [...pairs].map((symbol) => {
    const [base = '', quote = ''] = symbol.split('/');
    const { price, size } = pairDigits(venue, symbol, base, quote);
    return {
      venue: venue.name,
      symbol,
      base,
      quote,
      native: venue.nativeSymbol(base, quote),
      priceDecimals: price,
      sizeDecimals: size,
      trading: !venue.haltedPairs.has(symbol),
    };
  });
}

function listsPair(venue: VenueTraits, symbol: string): boolean {
  const [base = '', quote = ''] = symbol.split('/');
  return (
    ASSETS.get(base)?.pegged === false &&
    !venue.unlistedBases.has(base) &&
    venue.quotes.includes(quote) &&
    base !== quote
  );
}

function pairDigits(venue: VenueTraits, symbol: string, base: string, quote: string): Digits {
  const asset = ASSETS.get(base);
  const own = venue.digits.get(symbol);
  if (own !== undefined) return own;
  if (DOLLAR_LIKE.has(quote)) {
    const ofBase = venue.digits.get(base);
    return ofBase ?? { price: asset?.priceDecimals ?? 2, size: asset?.sizeDecimals ?? 2 };
  }
  const price = (asset?.usd ?? 1) / (ASSETS.get(quote)?.usd ?? 1);
  const decimals = SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(price));
  return {
    price: Math.max(0, Math.min(8, decimals)),
    size: venue.digits.get(base)?.size ?? asset?.sizeDecimals ?? 2,
  };
}
