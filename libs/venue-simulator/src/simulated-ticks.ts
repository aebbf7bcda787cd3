import type { RawTick } from '@neuraltrade/contracts';
import type { Instrument, MarketOrder, MarketTrade } from './market/instrument';
import { createMarket, type MarketListener } from './market/market';
import type { SimulatedVenue } from './server/simulated-venue';
import { SIMULATED_VENUES } from './venue-list';

/** Which trades are invented. */
export interface SimulatedTicksOptions {
  /** Simulated venues, at least one: all of them in one market, each with the symbols that it lists. */
  readonly exchanges: readonly string[];
  /** BASE/QUOTE; those that a venue does not list stay silent there. */
  readonly symbols: readonly string[];
  /** Any integer: equal options give equal trades. */
  readonly seed: number;
  /** Mean number of trades a second over all venues and symbols, > 0. */
  readonly tradesPerSecond: number;
  /** When the market opens, ms UTC. */
  readonly from: number;
  /** Takes each trade, in order of market time. */
  readonly take: (tick: RawTick) => void;
}

/** A market whose time is moved by hand. */
export interface SimulatedTicks {
  /** The symbols that trade on any of the venues. */
  readonly symbols: readonly string[];
  /** Some that the first venue lists. */
  readonly examples: readonly string[];
  /** Lets everything happen up to an instant, ms UTC. */
  advanceTo(instant: number): void;
}

const EXAMPLES = 5;

/**
 * The trades of simulated venues as adapters would give them, without sockets and without waiting: each is received the moment it
 * happens, with the quote that stood before it.
 * @throws RangeError for a venue that is not simulated.
 */
export function simulateTicks(options: SimulatedTicksOptions): SimulatedTicks {
  const definitions = options.exchanges.map((exchange) => {
    const definition = SIMULATED_VENUES.find(({ traits }) => traits.name === exchange);
    if (definition === undefined) throw new RangeError(`${exchange} is not simulated.`);
    return definition;
  });
  const market = createMarket({
    seed: options.seed,
    tradesPerSecond: options.tradesPerSecond,
    symbols: options.symbols,
    // Nobody sees the quotes between two orders: the makers look at the fair price once for each trade, as in a market's past.
    venues: definitions.map(({ traits }) => ({ ...traits, quotesPerTrade: 1 })),
    startMs: options.from,
  });
  const clock = { nowMs: options.from, shownMs: options.from };
  const venues = new Map(
    definitions.map((definition) => {
      const { name } = definition.traits;
      return [name, definition.create(market.instrumentsOf(name), clock, () => undefined)];
    }),
  );
  const listener = new TickListener(options, (instrument, trade) =>
    (venues.get(instrument.listing.venue) as SimulatedVenue).tradeId(instrument, trade),
  );
  const instruments = definitions.flatMap(({ traits }) => market.instrumentsOf(traits.name));
  for (const instrument of instruments) listener.onQuote(instrument);
  const trading = instruments.filter(({ active }) => active).map(({ listing }) => listing.symbol);
  return {
    symbols: [...new Set(trading)],
    examples: definitions[0]?.traits.standingPairs.slice(0, EXAMPLES) ?? [],
    advanceTo: (instant) => {
      if (trading.length > 0) market.advanceTo(instant, listener);
    },
  };
}

interface Quote {
  bid: number;
  ask: number;
  at: number;
}

class TickListener implements MarketListener {
  private readonly quotes = new Map<Instrument, Quote>();

  constructor(
    private readonly options: SimulatedTicksOptions,
    private readonly tradeId: (instrument: Instrument, trade: MarketTrade) => string,
  ) {}

  onQuote(instrument: Instrument): void {
    const { bid, ask, listing, bookTimeUs } = instrument;
    // Both numbers are exact, so the quotient is the double nearest to the decimal.
    const unit = 10 ** listing.priceDecimals;
    const quote = this.quotes.get(instrument) ?? { bid: 0, ask: 0, at: 0 };
    [quote.bid, quote.ask, quote.at] = [bid / unit, ask / unit, Math.floor(bookTimeUs / 1_000)];
    this.quotes.set(instrument, quote);
  }

  onOrder({ instrument, trades }: MarketOrder): void {
    const { listing } = instrument;
    const { bid, ask, at } = this.quotes.get(instrument) as Quote;
    for (const trade of trades) {
      const { price, size, takerBuys, timeUs } = trade;
      const timestamp = Math.floor(timeUs / 1_000);
      this.options.take({
        exchange: listing.venue,
        symbol: listing.symbol,
        bid,
        ask,
        last: price / 10 ** listing.priceDecimals,
        volume: size / 10 ** listing.sizeDecimals,
        timestamp,
        tradeId: this.tradeId(instrument, trade),
        takerSide: takerBuys ? 'buy' : 'sell',
        receivedAt: timestamp,
        quoted: true,
        quotedAt: at,
        backfilled: false,
      });
    }
  }
}
