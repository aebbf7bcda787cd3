import type { RecentTrades } from './recent-trades';

/** One symbol of one venue: what the venue's list says of it. */
export interface InstrumentListing {
  /** The venue's name. */
  readonly venue: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** What is bought and sold. */
  readonly base: string;
  /** What prices are counted in. */
  readonly quote: string;
  /** The venue's spelling in frames. */
  readonly native: string;
  /** Digits behind the point of a price; the price step is one of the last digit. */
  readonly priceDecimals: number;
  /** Digits behind the point of a size; the size step is one of the last digit. */
  readonly sizeDecimals: number;
  /** False for an instrument that the venue lists but does not trade any more. */
  readonly trading: boolean;
}

/** One trade. Prices and sizes are integers, so that every printed digit is exact. */
export interface MarketTrade {
  /** The venue's running number of the trade, below 10^12. */
  readonly id: number;
  /** Price in steps of 10^-priceDecimals. */
  readonly price: number;
  /** Size in steps of 10^-sizeDecimals. */
  readonly size: number;
  /** Whether the taker bought. */
  readonly takerBuys: boolean;
  /** Match time, microseconds UTC of the market's clock. */
  readonly timeUs: number;
  /** The book's sequence number at the match. */
  readonly sequence: number;
}

/** One taker order and all trades that it made, in one instant and with ascending ids. */
export interface MarketOrder {
  /** What was traded. */
  readonly instrument: Instrument;
  /** At least one. */
  readonly trades: readonly MarketTrade[];
}

/** Figures of the current UTC day. */
export interface DayFigures {
  /** Number of the day since 1970. */
  day: number;
  /** First price, in price steps. */
  open: number;
  /** Highest price, in price steps. */
  high: number;
  /** Lowest price, in price steps. */
  low: number;
  /** Traded size, in size steps. */
  volume: number;
  /** Sum of price step x size step. */
  notional: number;
  /** Number of trades. */
  trades: number;
}

/** One instrument's state at the market's current time. Written by the market only. */
export interface Instrument {
  /** What the venue lists. */
  readonly listing: InstrumentListing;
  /** Position among its venue's instruments, from 0. */
  readonly index: number;
  /** Whether it trades in this market; the others are listed and silent. */
  readonly active: boolean;
  /** Best bid in price steps, > 0. */
  bid: number;
  /** Size at the bid in size steps, > 0. */
  bidSize: number;
  /** Best ask in price steps, > bid. */
  ask: number;
  /** Size at the ask in size steps, > 0. */
  askSize: number;
  /** Time of the last change of the book's top, microseconds UTC. */
  bookTimeUs: number;
  /** Number of changes of the book's top: rises by one. */
  changeId: number;
  /** Sequence number of all that happens in the book: rises, not by one. */
  sequence: number;
  /** Id of the next trade. */
  nextTradeId: number;
  /** How far this venue's price is from the fair one, as a fraction. */
  offset: number;
  /** The current day. */
  readonly day: DayFigures;
  /** Size traded since the market began, in size steps. */
  totalVolume: number;
  /** The newest trades; at least one, since a market opens with a trade. */
  readonly recent: RecentTrades;
  /** From here on `recent` lacks only what left it for want of room, microseconds UTC: of a saved past it holds a part. */
  readonly knownFromUs: number;
}

/** The newest trade; a market opens every instrument with one. */
export function newestTrade(instrument: Instrument): MarketTrade {
  const trade = instrument.recent.newest;
  if (trade === undefined) throw new Error(`${instrument.listing.symbol} has no opening trade.`);
  return trade;
}
