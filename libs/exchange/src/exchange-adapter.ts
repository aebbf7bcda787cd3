import type { Metrics } from '@neuraltrade/metrics';
import type { Venue } from '@neuraltrade/venues';
import type { AdapterOutput } from './adapter-output';
import type { AdapterState } from './adapter-state';
import { LiveAdapter } from './live-adapter';
import type { Log } from './log';
import type { RestScheduler } from './rest-scheduler';
import type { Timers } from './timers';
import type { Transport } from './transport';
import type { VenueBudgets } from './venue-budgets';
import type { VenueConnectionSettings } from './venue-connection';

/** Settings of one adapter; times in ms. */
export interface AdapterSettings extends VenueConnectionSettings {
  /** The address to dial, as it stands. */
  readonly webSocketUrl: string;
  /** Number of partitions of market.raw. */
  readonly partitions: number;
  /** Upper bound of the wait before the first reconnect; doubles with each failure. */
  readonly reconnectBaseMs: number;
  /** Upper bound of every wait before a reconnect. */
  readonly reconnectMaxMs: number;
  /** A pause that lasts longer ends the connection. */
  readonly pauseMaxMs: number;
  /** Age beyond which a quote is not used; null = any age. */
  readonly quoteMaxAgeMs: number | null;
  /** How long live trades are held for a backfill at most; 0 = not at all. */
  readonly gapHoldMs: number;
  /** How far back the first connection of all reaches; 0 = not at all. */
  readonly backfillMs: number;
  /** Most trades held for backfills over all symbols; more end the hold. */
  readonly bufferMaxTicks: number;
  /** Which of several adapters of the venue this is, in the ids of its gaps; '' or absent = the only one. */
  readonly instance?: string;
  /** Most symbols of one connection; absent = as many as the venue allows. */
  readonly symbolsPerConnection?: number;
}

/** What an adapter is made of. */
export interface ExchangeAdapterDeps {
  /** Whose market data it reads. */
  readonly venue: Venue;
  /** BASE/QUOTE symbols, all listed by the venue. */
  readonly symbols: readonly string[];
  /** Opens connections. */
  readonly transport: Transport;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Draws evenly from [0, 1), for the jitter of reconnects. */
  readonly random: () => number;
  /** Asks the venue for past trades; null = gaps are not backfilled, as in a replay. It is stopped with the adapter. */
  readonly rest: RestScheduler | null;
  /** Where records go. */
  readonly output: AdapterOutput;
  /** Settings. */
  readonly config: AdapterSettings;
  /** Where it counts. */
  readonly metrics: Metrics;
  /** Where it reports. */
  readonly log: Log;
  /**
   * What was published, by symbol; absent = this venue was never read before. It is looked at when a symbol begins: where
   * it moves on with what is confirmed, a symbol that was removed and comes again goes on where it stopped.
   */
  readonly state?: AdapterState;
  /** What all adapters of this process may use together; its own by default. */
  readonly budgets?: VenueBudgets;
}

/** Named figures of one adapter for its status record; units are in the names. */
export interface AdapterFigures extends Record<string, number> {
  /** Live trades decoded since the start. */
  ticksReceived: number;
  /** Frames read since the start. */
  framesReceived: number;
  /** Quotes decoded since the start. */
  quotes: number;
  /** How often symbols went over to another connection because theirs ended. */
  reconnects: number;
  /** Connections that are open now. */
  connections: number;
  /** Gaps opened since the start. */
  gaps: number;
  /** Live trades given up since the start because the buffer was full, each inside a gap. */
  dropped: number;
  /** Trades fetched from the venue's history since the start. */
  backfilled: number;
  /** Median time from match to arrival over recent trades, ms. */
  latencyMs: number;
}

/** Reads one venue's live market data and keeps doing so until told to stop. */
export interface ExchangeAdapter {
  /** Begins to connect, and to reconnect whenever a connection ends. */
  connect(): void;
  /** Stops reading because the records cannot be passed on. */
  pause(): void;
  /** Goes on after a pause. */
  resume(): void;
  /**
   * Reads these BASE/QUOTE symbols, all listed by the venue, from now on. Those that stay notice nothing; a new one is
   * backfilled like any other, and one that ends keeps its open gaps in what was published.
   */
  setSymbols(symbols: readonly string[]): void;
  /** Ends for good. No gap is recorded: the next run finds what was published and records it then. */
  disconnect(): void;
  /** Whether live data of every symbol flows, and if not, why, in one sentence. */
  readiness(): { ok: boolean; reason: string };
  /** Figures for people. */
  figures(): AdapterFigures;
  /** Events since the start by kind: 'trade', 'quote', 'control', 'refused', 'unknown', 'invalid', 'unlisted', 'history'. */
  eventCounts(): Readonly<Record<string, number>>;
}

/** An adapter for one venue; it does nothing before {@link ExchangeAdapter.connect}. */
export function createExchangeAdapter(deps: ExchangeAdapterDeps): ExchangeAdapter {
  return new LiveAdapter(deps);
}
