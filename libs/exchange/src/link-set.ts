import type { Venue } from '@neuraltrade/venues';
import { ConnectionDialer } from './connection-dialer';
import type { AdapterSettings } from './exchange-adapter';
import type { VenueLinkHandlers } from './link-handlers';
import { linkReadiness } from './link-readiness';
import type { Log } from './log';
import { shardSymbols, symbolsPerConnection } from './symbol-shards';
import type { Timers } from './timers';
import type { Transport } from './transport';
import type { VenueBudgets } from './venue-budgets';
import { VenueLink } from './venue-link';

/** What the links of one adapter are made of. */
export interface LinkSetDeps {
  /** Whose symbols they carry. */
  readonly venue: Venue;
  /** Settings. */
  readonly config: AdapterSettings;
  /** Opens connections. */
  readonly transport: Transport;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Draws evenly from [0, 1). */
  readonly random: () => number;
  /** What all adapters of this process may use together. */
  readonly budgets: VenueBudgets;
  /** The newest trade of a symbol that was passed on; null before any. */
  readonly lastId: (symbol: string) => string | null;
  /** Where they report. */
  readonly log: Log;
  /** What to tell. */
  readonly handlers: VenueLinkHandlers;
}

/** The links of one adapter: as many as its symbols need, each with some of them. */
export class LinkSet {
  readonly #deps: LinkSetDeps;
  readonly #dialer: ConnectionDialer;
  readonly #linkOf = new Map<string, VenueLink>();
  #links: VenueLink[] = [];
  #running = false;
  #paused = false;

  /** A set without links. */
  constructor(deps: LinkSetDeps) {
    const { venue, config, transport, timers, budgets } = deps;
    this.#deps = deps;
    this.#dialer = new ConnectionDialer({
      venue,
      url: config.webSocketUrl,
      transport,
      timers,
      budgets,
      settings: config,
    });
  }

  /** How many links there are. */
  get count(): number {
    return this.#links.length;
  }

  /** How many of them are open. */
  get open(): number {
    return this.#links.filter(({ open }) => open).length;
  }

  /** The link that carries a symbol. */
  of(symbol: string): VenueLink | undefined {
    return this.#linkOf.get(symbol);
  }

  /** Whether live data of all symbols flows; if not, why, in one sentence. */
  readiness(): { ok: boolean; reason: string } {
    return linkReadiness(this.#deps.venue.title, this.#links);
  }

  /** Carries these symbols from now on: those that stay keep their connection. */
  setSymbols(symbols: readonly string[]): void {
    const { venue, config } = this.#deps;
    // A capture is one connection, whatever it holds.
    const most = config.assumeSubscribed
      ? Infinity
      : symbolsPerConnection(venue, config.symbolsPerConnection);
    const present = this.#links;
    const shards = shardSymbols(
      present.map((link) => link.symbols),
      symbols,
      most,
    );
    this.#links = [];
    this.#linkOf.clear();
    shards.forEach((shard, index) => {
      const link = present[index];
      if (shard.length === 0) link?.close();
      else this.#carry(shard, link);
    });
  }

  /** Dials. */
  connect(): void {
    this.#running = true;
    for (const link of this.#links) link.connect();
  }

  /** Stops reading; connections that are not open yet are given up. */
  pause(): void {
    this.#paused = true;
    for (const link of this.#links) link.pause();
  }

  /** Reads on, or dials what was given up. */
  resume(): void {
    this.#paused = false;
    for (const link of this.#links) link.resume();
  }

  /** Ends the connections that are paused; others are dialled when reading goes on. */
  endPaused(): void {
    for (const link of this.#links) link.endPaused();
  }

  /** Ends for good. */
  close(): void {
    this.#running = false;
    for (const link of this.#links) link.close();
  }

  /** Looks which connections have proven themselves; to be called about once a second. */
  everySecond(): void {
    for (const link of this.#links) link.everySecond();
  }

  #carry(symbols: readonly string[], present: VenueLink | undefined): void {
    const link = present ?? this.#create(symbols);
    this.#links.push(link);
    for (const symbol of symbols) this.#linkOf.set(symbol, link);
    if (present !== undefined) present.setSymbols(symbols);
    if (present !== undefined || !this.#running) return;
    if (this.#paused) link.pause();
    link.connect();
  }

  #create(symbols: readonly string[]): VenueLink {
    const { venue, config, timers, random, lastId, log, handlers } = this.#deps;
    return new VenueLink({
      venue,
      symbols,
      dialer: this.#dialer,
      timers,
      random,
      reconnect: { baseMs: config.reconnectBaseMs, maxMs: config.reconnectMaxMs },
      assumeSubscribed: config.assumeSubscribed,
      lastId,
      log,
      handlers,
    });
  }
}
