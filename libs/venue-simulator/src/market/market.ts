import { ASSETS } from './assets';
import type { Instrument, InstrumentListing, MarketOrder } from './instrument';
import { FairPrices } from './fair-prices';
import { openInstrument, restoreInstrument } from './opening';
import type { Placement } from './opening';
import { MEAN_TRADES_PER_ORDER, OrderFlow } from './order-flow';
import { tradePast } from './past';
import { SeededRandom } from './random';
import type { HistoryBounds } from './recent-trades';
import { saveInstruments, skipUnsavedIds } from './saving';
import type { SavedMarket } from './saved-market';
import { listInstruments } from './venue-traits';
import type { VenueTraits } from './venue-traits';

/** Most trades that a trading instrument remembers. */
const MAX_TRADES = 200_000;
/** How long it remembers them at least, as far as they are no more than that. */
const KEEP_US = 6 * 3_600e6;
/** A silent instrument remembers its opening trade. */
const SILENT_HISTORY: HistoryBounds = { capacity: 1, keepUs: 0 };
/** How much less a pair trades that is not in the venue's main quote currency. */
const SIDE_PAIR_ACTIVITY = 0.4;

/** What makes a market. */
export interface MarketOptions {
  /** Any integer: equal seed, symbols, rate and start give equal events at equal market times. */
  readonly seed: number;
  /** Mean number of trades a second over all venues and symbols, > 0. */
  readonly tradesPerSecond: number;
  /** The symbols that shall trade, as BASE/QUOTE. */
  readonly symbols: readonly string[];
  /** The venues that take part. */
  readonly venues: readonly VenueTraits[];
  /** Market time at which a new market opens, ms UTC; for a saved one the present. */
  readonly startMs: number;
  /** How long a new market has traded before `startMs`, ms; default 0. */
  readonly historyMs?: number;
  /** A market to go on with; its own time then counts, not `startMs`. */
  readonly saved?: SavedMarket | null;
}

/** How a market is put aside. */
export interface SaveOptions {
  /** Whether the market will do nothing more; default false: it may trade on before it is saved again, or is killed. */
  readonly clean?: boolean;
}

/** Who is told what happens, in order of market time. */
export interface MarketListener {
  /** A taker order traded; the instrument's book is already as the order left it, and `onQuote` follows. */
  onOrder(order: MarketOrder): void;
  /** The top of the instrument's book changed. */
  onQuote(instrument: Instrument): void;
}

interface Source {
  readonly instrument: Instrument;
  readonly venue: VenueTraits;
  readonly order: boolean;
}

/** One market of several venues: a seeded stream of events in market time that no wall clock influences. */
export class Market {
  /** Trade ids that every instrument left out because the saved market had not been stopped in order. */
  readonly skippedIds: number = 0;
  readonly #seed: number;
  readonly #random: SeededRandom;
  readonly #fair: FairPrices;
  readonly #flow: OrderFlow;
  readonly #venues = new Map<string, Instrument[]>();
  readonly #sources: Source[] = [];
  readonly #skewsUs = new Map<string, number>();
  readonly #upTo: Float64Array;
  readonly #meanGapUs: number;
  readonly #tradesPerSecond: number;
  #timeUs: number;
  #nextEventUs: number;

  constructor(options: MarketOptions) {
    const saved = options.saved ?? null;
    this.#seed = options.seed;
    this.#tradesPerSecond = options.tradesPerSecond;
    const startUs = Math.round(options.startMs * 1000);
    const historyUs = Math.round((options.historyMs ?? 0) * 1000);
    this.#timeUs = saved?.timeUs ?? startUs - historyUs;
    this.#random =
      saved !== null && saved.seed === options.seed
        ? new SeededRandom(saved.random)
        : SeededRandom.fromSeed(options.seed, 'order flow');
    const opening = SeededRandom.fromSeed(options.seed, 'opening prices');
    this.#fair = new FairPrices(opening, this.#timeUs, saved?.fair ?? []);
    this.#flow = new OrderFlow(this.#random, this.#fair);
    const weights = this.#fill(options, saved, Math.max(KEEP_US, historyUs));
    if (saved === null) {
      const past = SeededRandom.fromSeed(options.seed, 'past');
      const sources = this.#sources.filter(({ order }) => order);
      tradePast(sources, this.#fair, past, this.#timeUs, startUs);
      this.#timeUs = startUs;
    } else if (!saved.clean) {
      this.skippedIds = skipUnsavedIds([...this.#venues.values()].flat(), saved, startUs);
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    this.#upTo = Float64Array.from(weights, (weight) => (sum += weight / total));
    const ordersPerSecond = options.tradesPerSecond / MEAN_TRADES_PER_ORDER;
    const orderShare = weights.reduce(
      (part, weight, at) => part + (this.#sources[at]?.order ? weight : 0),
      0,
    );
    this.#meanGapUs = total === 0 ? Infinity : (1e6 * (orderShare / total)) / ordersPerSecond;
    this.#nextEventUs = saved?.nextEventUs ?? this.#timeUs + this.#gapUs();
  }

  /** Market time, ms UTC: everything up to it has happened. */
  get timeMs(): number {
    return this.#timeUs / 1000;
  }

  /** The instruments that the venue lists, by their index; empty for a venue that takes no part. */
  instrumentsOf(venue: string): readonly Instrument[] {
    return this.#venues.get(venue) ?? [];
  }

  /** Lets everything happen up to `timeMs` (ms UTC); nothing when that is past. The steps taken do not matter. */
  advanceTo(timeMs: number, listener: MarketListener): void {
    const endUs = Math.floor(timeMs * 1000);
    while (this.#nextEventUs <= endUs) {
      this.#timeUs = this.#nextEventUs;
      this.#happen(listener);
      this.#nextEventUs += this.#gapUs();
    }
    this.#timeUs = Math.max(this.#timeUs, endUs);
  }

  /** Shifts the clock of one venue by `skewMs` from now on: its match times are that wrong, but never fall. */
  skewClock(venue: string, skewMs: number): void {
    this.#skewsUs.set(venue, Math.round(skewMs * 1000));
  }

  /** Goes to `timeMs` without trading: prices and ids stand still meanwhile, as on a halted market. */
  skipTo(timeMs: number): void {
    const timeUs = Math.floor(timeMs * 1000);
    if (timeUs <= this.#timeUs) return;
    this.#timeUs = timeUs;
    if (this.#nextEventUs <= timeUs) this.#nextEventUs = timeUs + this.#gapUs();
  }

  /** The state with the newest trades as JSON-able data, below 1 MB as text at some tens of instruments. */
  save({ clean = false }: SaveOptions = {}): SavedMarket {
    return {
      version: 2,
      clean,
      tradesPerSecond: this.#tradesPerSecond,
      seed: this.#seed,
      timeUs: this.#timeUs,
      nextEventUs: this.#nextEventUs === Infinity ? this.#timeUs : this.#nextEventUs,
      random: this.#random.state(),
      fair: this.#fair.save(),
      instruments: saveInstruments([...this.#venues.values()].flat(), this.#timeUs),
    };
  }

  #fill(options: MarketOptions, saved: SavedMarket | null, keepUs: number): number[] {
    const activeHistory: HistoryBounds = { capacity: MAX_TRADES, keepUs };
    const asked = new Set(options.symbols);
    const kept = new Map(saved?.instruments.map((entry) => [`${entry.venue}:${entry.symbol}`, entry]));
    const weights: number[] = [];
    for (const venue of options.venues) {
      const instruments = listInstruments(venue, options.symbols).map((listing, index) => {
        const active = listing.trading && asked.has(listing.symbol);
        const placement: Placement = { index, active, history: active ? activeHistory : SILENT_HISTORY };
        const entry = kept.get(`${listing.venue}:${listing.symbol}`);
        const usable =
          entry?.priceDecimals === listing.priceDecimals && entry.sizeDecimals === listing.sizeDecimals;
        const instrument = usable
          ? restoreInstrument(listing, placement, entry, options.startMs * 1000)
          : openInstrument(listing, placement, this.#fair, options.seed, this.#timeUs);
        if (active) {
          const activity = activityOf(venue, listing);
          this.#sources.push({ instrument, venue, order: true }, { instrument, venue, order: false });
          weights.push(activity, activity * quotesWithoutOrder(venue));
        }
        return instrument;
      });
      this.#venues.set(venue.name, instruments);
    }
    return weights;
  }

  #happen(listener: MarketListener): void {
    const source = this.#drawSource();
    const { instrument, venue } = source;
    // An engine's clock may be wrong, but it never runs backwards: venues page their history by time.
    const skewUs = this.#skewsUs.get(venue.name) ?? 0;
    const shownUs = Math.max(this.#timeUs + skewUs, instrument.bookTimeUs + 1);
    if (source.order) {
      listener.onOrder(this.#flow.takeOrder(instrument, venue, shownUs));
    } else {
      this.#flow.changeQuote(instrument, venue, this.#timeUs, shownUs);
    }
    listener.onQuote(instrument);
  }

  #drawSource(): Source {
    const draw = this.#random.uniform();
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (draw < (this.#upTo[middle] ?? 1)) high = middle;
      else low = middle + 1;
    }
    const source = this.#sources[low];
    if (source === undefined) throw new Error('A market without trading instruments has no events.');
    return source;
  }

  #gapUs(): number {
    if (this.#meanGapUs === Infinity) return Infinity;
    return Math.max(1, Math.round(this.#random.exponential(this.#meanGapUs)));
  }
}

/** Opens a market, or goes on with a saved one. Symbols that no venue lists are left out. */
export function createMarket(options: MarketOptions): Market {
  return new Market(options);
}

function activityOf(venue: VenueTraits, listing: InstrumentListing): number {
  const main = listing.quote === venue.quotes[0] ? 1 : SIDE_PAIR_ACTIVITY;
  return venue.activity * main * (ASSETS.get(listing.base)?.activity ?? 1);
}

/** Every order changes the book once by itself; the rest of the changes come between orders. */
function quotesWithoutOrder(venue: VenueTraits): number {
  return Math.max(0, venue.quotesPerTrade * MEAN_TRADES_PER_ORDER - 1);
}
