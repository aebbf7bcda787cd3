import type { FairPrices } from './fair-prices';
import type { Instrument, InstrumentListing } from './instrument';
import { recordTrade } from './order-flow';
import { SeededRandom } from './random';
import { packTrades, unpackTrades } from './packed-trades';
import { RecentTrades } from './recent-trades';
import type { HistoryBounds } from './recent-trades';
import type { SavedInstrument } from './saved-market';

/** Where an instrument stands in its market. */
export interface Placement {
  /** Position among its venue's instruments, from 0. */
  readonly index: number;
  /** Whether it trades in this market. */
  readonly active: boolean;
  /** What its history holds. */
  readonly history: HistoryBounds;
}

/** Opens an instrument at the fair price with one trade, so that a newest trade, a price and an id always exist. */
export function openInstrument(
  listing: InstrumentListing,
  placement: Placement,
  fair: FairPrices,
  seed: number,
  timeUs: number,
): Instrument {
  const random = SeededRandom.fromSeed(seed, `${listing.venue}:${listing.symbol}`);
  const price = Math.max(2, Math.round(fair.pair(listing.base, listing.quote) * 10 ** listing.priceDecimals));
  const sizeFor = (usd: number): number =>
    Math.max(1, Math.round((usd / fair.usd(listing.base)) * 10 ** listing.sizeDecimals));
  const id = 100_000_000 + random.below(900_000_000);
  const sequence = 1_000_000_000 + random.below(100_000_000) * 1_000;
  const opening = { id, price, size: sizeFor(250), takerBuys: random.uniform() < 0.5, timeUs, sequence };
  const instrument: Instrument = {
    listing,
    index: placement.index,
    active: placement.active,
    bid: price - 1,
    bidSize: sizeFor(6_000),
    ask: price,
    askSize: sizeFor(9_000),
    bookTimeUs: timeUs,
    changeId: 1_000_000 + random.below(10_000_000),
    sequence,
    nextTradeId: id + 1,
    offset: 0,
    day: { day: -1, open: price, high: price, low: price, volume: 0, notional: 0, trades: 0 },
    totalVolume: 0,
    recent: new RecentTrades(placement.history),
    knownFromUs: timeUs,
  };
  recordTrade(instrument, opening);
  return instrument;
}

/** The instrument as it was saved. @param startUs when the market goes on: what it traded before is known in part only. */
export function restoreInstrument(
  listing: InstrumentListing,
  placement: Placement,
  saved: SavedInstrument,
  startUs: number,
): Instrument {
  const { bid, bidSize, ask, askSize, bookTimeUs, changeId, sequence, nextTradeId, offset, totalVolume } =
    saved;
  const recent = new RecentTrades(placement.history);
  for (const { trade, told } of unpackTrades(saved.trades)) {
    recent.push(trade);
    if (told) recent.markTold(trade.id);
  }
  return {
    listing,
    index: placement.index,
    active: placement.active,
    ...{ bid, bidSize, ask, askSize, bookTimeUs, changeId, sequence, nextTradeId, offset, totalVolume },
    day: { ...saved.day },
    recent,
    knownFromUs: startUs,
  };
}

/** The instrument with its newest `count` trades, as JSON-able data. */
export function saveInstrument(instrument: Instrument, count: number): SavedInstrument {
  const { listing, bid, bidSize, ask, askSize, bookTimeUs, changeId, sequence } = instrument;
  const { nextTradeId, offset, totalVolume, recent } = instrument;
  const first = Math.max(0, recent.size - count);
  const isTold = (at: number): boolean => recent.isTold(first + at);
  return {
    venue: listing.venue,
    symbol: listing.symbol,
    priceDecimals: listing.priceDecimals,
    sizeDecimals: listing.sizeDecimals,
    ...{ bid, bidSize, ask, askSize, bookTimeUs, changeId, sequence, nextTradeId, offset, totalVolume },
    day: { ...instrument.day },
    trades: packTrades(recent.last(count), isTold),
  };
}
