import type { FairPrices } from './fair-prices';
import type { Instrument, MarketOrder, MarketTrade } from './instrument';
import type { SeededRandom } from './random';
import type { VenueTraits } from './venue-traits';

/**
 * How many trades one taker order makes, with the odds of each: mostly one, sometimes a sweep of many in one instant.
 */
const TRADES_PER_ORDER: readonly (readonly [trades: number, odds: number])[] = [
  [1, 0.7],
  [2, 0.12],
  [3, 0.07],
  [4, 0.04],
  [6, 0.03],
  [8, 0.02],
  [12, 0.015],
  [25, 0.005],
];
/** Trades of an average order. */
export const MEAN_TRADES_PER_ORDER = TRADES_PER_ORDER.reduce((sum, [trades, odds]) => sum + trades * odds, 0);

/** Typical sizes in dollars (median) and their log-normal width. */
const TRADE_USD = { median: 300, width: 1.6 };
const QUOTE_USD = { median: 9_000, width: 1.2 };
/** How strongly a venue's own price is pulled back to the fair one at each quote, and how far it is pushed. */
const OFFSET_PULL = 0.02;
const OFFSET_PUSH = 0.000004;
/** A spread of so many usual ones is closed at the next quote. */
const WIDEST_SPREAD = 2;
const NEXT_LEVEL_ODDS = 0.35;
const ID_HOLE_ODDS = 0.1;

/** What happens in one instrument at one instant: a taker order or a change of the quote. */
export class OrderFlow {
  readonly #random: SeededRandom;
  readonly #fair: FairPrices;

  constructor(random: SeededRandom, fair: FairPrices) {
    this.#random = random;
    this.#fair = fair;
  }

  /**
   * A taker order: it trades at the visible bid or ask, deeper if it is large, and leaves a thinner or moved book.
   * @param timeUs what the venue's clock shows.
   */
  takeOrder(instrument: Instrument, venue: VenueTraits, timeUs: number): MarketOrder {
    const random = this.#random;
    const takerBuys = random.uniform() < 0.5;
    const count = this.#tradesOfOrder();
    const away = takerBuys ? 1 : -1;
    let price = takerBuys ? instrument.ask : instrument.bid;
    const trades: MarketTrade[] = [];
    for (let made = 0; made < count; made++) {
      if (made > 0 && random.uniform() < NEXT_LEVEL_ODDS)
        price = Math.max(1, price + away * (1 + random.below(3)));
      instrument.sequence += 1 + random.below(8);
      const size = this.#size(instrument, TRADE_USD);
      const trade = {
        id: instrument.nextTradeId,
        price,
        size,
        takerBuys,
        timeUs,
        sequence: instrument.sequence,
      };
      instrument.nextTradeId += this.#idStep(venue);
      trades.push(trade);
      recordTrade(instrument, trade);
    }
    this.#leaveBook(instrument, takerBuys, price, timeUs);
    return { instrument, trades };
  }

  /**
   * A change of the quote: the book follows the fair price, or only a size changes.
   * @param timeUs market time, by which prices walk.
   * @param shownUs what the venue's clock shows.
   */
  changeQuote(instrument: Instrument, venue: VenueTraits, timeUs: number, shownUs: number): void {
    const random = this.#random;
    const { base, quote, priceDecimals } = instrument.listing;
    this.#fair.advance(base, timeUs, random);
    this.#fair.advance(quote, timeUs, random);
    instrument.offset += OFFSET_PUSH * random.normal() - OFFSET_PULL * instrument.offset;
    const mid = this.#fair.pair(base, quote) * (1 + instrument.offset) * 10 ** priceDecimals;
    const usual = mid * venue.spreadBps * 1e-4;
    const torn = instrument.ask - instrument.bid > Math.max(2, WIDEST_SPREAD * usual);
    // The makers move their prices when the fair one has left their spread or takers have torn it open; otherwise they
    // change amounts.
    if (torn || mid <= instrument.bid || mid >= instrument.ask) {
      const half = 0.5 * usual * (0.5 + 1.5 * random.uniform());
      instrument.bid = Math.max(1, Math.floor(mid - half));
      instrument.ask = Math.max(instrument.bid + 1, Math.ceil(mid + half));
      instrument.bidSize = this.#size(instrument, QUOTE_USD);
      instrument.askSize = this.#size(instrument, QUOTE_USD);
    } else if (random.uniform() < 0.5) {
      instrument.bidSize = this.#size(instrument, QUOTE_USD);
    } else {
      instrument.askSize = this.#size(instrument, QUOTE_USD);
    }
    this.#bookChanged(instrument, shownUs);
  }

  #leaveBook(instrument: Instrument, takerBuys: boolean, lastPrice: number, timeUs: number): void {
    const emptied = this.#random.uniform() < 0.25 ? 1 : 0;
    const left = this.#size(instrument, QUOTE_USD);
    if (takerBuys) {
      instrument.ask = lastPrice + emptied;
      instrument.askSize = left;
    } else {
      instrument.bid = Math.max(1, lastPrice - emptied);
      instrument.bidSize = left;
    }
    this.#bookChanged(instrument, timeUs);
  }

  #bookChanged(instrument: Instrument, timeUs: number): void {
    instrument.changeId += 1;
    instrument.sequence += 1 + this.#random.below(8);
    instrument.bookTimeUs = timeUs;
  }

  #tradesOfOrder(): number {
    let draw = this.#random.uniform();
    for (const [trades, odds] of TRADES_PER_ORDER) {
      if (draw < odds) return trades;
      draw -= odds;
    }
    return 1;
  }

  #idStep(venue: VenueTraits): number {
    if (venue.consecutiveTradeIds || this.#random.uniform() >= ID_HOLE_ODDS) return 1;
    return 2 + this.#random.below(20);
  }

  #size(instrument: Instrument, dollars: { median: number; width: number }): number {
    const { base, sizeDecimals } = instrument.listing;
    const usd = dollars.median * Math.exp(dollars.width * this.#random.normal());
    return Math.max(1, Math.round((usd / this.#fair.usd(base)) * 10 ** sizeDecimals));
  }
}

const US_PER_DAY = 86_400e6;

/** Enters a trade into the instrument's history and the figures of its UTC day. */
export function recordTrade(instrument: Instrument, trade: MarketTrade): void {
  const { day } = instrument;
  const number = Math.floor(trade.timeUs / US_PER_DAY);
  if (number !== day.day) {
    Object.assign(day, { day: number, open: trade.price, high: trade.price, low: trade.price });
    Object.assign(day, { volume: 0, notional: 0, trades: 0 });
  }
  day.high = Math.max(day.high, trade.price);
  day.low = Math.min(day.low, trade.price);
  day.volume += trade.size;
  day.notional += trade.size * trade.price;
  day.trades += 1;
  instrument.totalVolume += trade.size;
  instrument.recent.push(trade);
}
