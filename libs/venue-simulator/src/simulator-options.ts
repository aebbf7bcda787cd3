import type { FaultKind } from './faults/fault-kinds';
import type { VenueFaults } from './faults/venue-faults';
import type { SaveOptions } from './market/market';
import type { SavedMarket } from './market/saved-market';
import type { ViolationCount } from './server/violations';

/** What to simulate. */
export interface SimulatorOptions {
  /** Any integer: equal seed, symbols and rate give the same market. */
  readonly seed: number;
  /** Trades a second over all venues and symbols, > 0 and at most 100,000; quotes come on top, about ten a trade. */
  readonly tradesPerSecond: number;
  /** The symbols that shall trade, as BASE/QUOTE; each venue takes those that it would list. */
  readonly symbols: readonly string[];
  /** The clock, ms UTC; default Date.now. Market time follows it. */
  readonly now?: () => number;
  /** A market to go on with: prices, ids and time continue; default null, a new market. */
  readonly savedMarket?: SavedMarket | null;
  /** How long a new market has traded before it starts, ms; default 21,600,000 (6 h), 0 to 604,800,000. */
  readonly historyMs?: number;
  /** File to which every trade that a client was sent or served is appended as NDJSON; default null, none. */
  readonly truthLog?: string | null;
  /** Address to bind; default 127.0.0.1. */
  readonly host?: string;
  /** Time between two turns, ms; default 20. null: nothing happens but by {@link VenueSimulator.turn}. */
  readonly turnIntervalMs?: number | null;
  /** Unread bytes after which a client is cut; default 8 MiB. */
  readonly maxBufferedBytes?: number;
}

/** Where one venue listens. */
export interface VenueEndpoint {
  /** Address to dial, path included ('ws://127.0.0.1:40001/stream'). */
  readonly webSocketUrl: string;
  /** Scheme, host and port ('http://127.0.0.1:40001'). */
  readonly restUrl: string;
}

/** Counts since the start. */
export interface SimulatorStatistics {
  /** Trades that happened, whether or not somebody listened. */
  readonly trades: number;
  /** Changes of a book's top. */
  readonly quotes: number;
  /** Market time that was left out because the process could not keep up or the clock jumped, ms. */
  readonly skippedMs: number;
  /** Clients cut because they did not read. */
  readonly slowClientsCut: number;
  /** Trade ids that each instrument left out at the start, since the saved market had not been stopped in order. */
  readonly skippedIds: number;
  /** Clients connected now. */
  readonly clients: number;
  /** Limits of the venues that clients broke; empty when they kept to all. */
  readonly violations: readonly ViolationCount[];
  /** Commands for faults that have shown an effect, by the fault's name. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
}

/** A running simulator. */
export interface VenueSimulator {
  /** Addresses by venue name. */
  readonly endpoints: ReadonlyMap<string, VenueEndpoint>;
  /** Faults on command. */
  readonly faults: VenueFaults;
  /**
   * The market as it stands, JSON-able, below 1 MB as text. To be written right after the start and then about once a
   * second; after {@link stop} with `clean`, which says that nothing has happened since. A market that was not saved clean
   * leaves ids out when it goes on.
   */
  save(options?: SaveOptions): SavedMarket;
  /** Does everything that is due by the clock; the timer calls it. True when market time still lags behind the clock. */
  turn(): boolean;
  /** Stops trading: no trade and no quote happens any more; clients stay and are served. Frames that a fault holds still come. */
  hold(): void;
  /** Cuts every client of one venue, or of all, as a network failure would. */
  cutClients(venue?: string): void;
  /** What happened so far. */
  statistics(): SimulatorStatistics;
  /** Stops the market, cuts all clients, frees the ports. @throws Error when the truth log is incomplete. */
  stop(): Promise<void>;
}
