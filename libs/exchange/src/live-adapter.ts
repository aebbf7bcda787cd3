import { ClockTicker, CLOCK_PERIOD_MS } from './clock-ticker';
import { EventIntake } from './event-intake';
import type { AdapterFigures, ExchangeAdapter, ExchangeAdapterDeps } from './exchange-adapter';
import { HeldTrades } from './held-trades';
import type { VenueLinkHandlers } from './link-handlers';
import { LinkSet } from './link-set';
import { SymbolFeed } from './symbol-feed';
import { SymbolWatch } from './symbol-watch';
import { repeat } from './timers';
import { VenueBudgets } from './venue-budgets';

/** Reads a venue's symbols over as many connections as they need, and tells feeds, clock and metrics what becomes of them. */
export class LiveAdapter implements ExchangeAdapter {
  readonly #deps: ExchangeAdapterDeps;
  readonly #feeds = new Map<string, SymbolFeed>();
  readonly #heldTrades: HeldTrades;
  readonly #clock: ClockTicker;
  readonly #intake: EventIntake;
  readonly #watch: SymbolWatch;
  readonly #links: LinkSet;
  #running = false;
  #paused = false;
  #frames = 0;
  #reconnects = 0;
  #gaps = 0;
  #backfilled = 0;
  #cancelSecond: (() => void) | null = null;
  #endAccount: (() => void) | null = null;
  #cancelPauseLimit: (() => void) | null = null;

  /** An adapter at rest. */
  constructor(deps: ExchangeAdapterDeps) {
    const { venue, symbols, config, output, timers, random, metrics, log, transport } = deps;
    const exchange = venue.name;
    const watchesSilence = venue.heartbeat.speaksInSilence || deps.rest === null;
    this.#deps = deps;
    const ledger = metrics.ledger(`adapter-${exchange}`);
    this.#heldTrades = new HeldTrades(config.bufferMaxTicks, (trades) => ledger.rejected('stopped', trades));
    this.#clock = new ClockTicker({ exchange, symbols, partitions: config.partitions, output, timers });
    this.#intake = new EventIntake({
      exchange,
      feeds: this.#feeds,
      clock: this.#clock,
      timers,
      metrics,
      log,
      isCurrent: (symbol) => this.#isCurrent(symbol),
      onMissed: (symbol, feed, tradeId) => this.#watch.missed(symbol, feed, tradeId),
    });
    this.#watch = this.#createWatch();
    this.#links = new LinkSet({
      venue,
      // Where a quiet market is silent, only the venue's history tells that a connection is dead.
      config: watchesSilence ? config : { ...config, silenceLimitMs: null },
      transport,
      timers,
      random,
      budgets: deps.budgets ?? new VenueBudgets(),
      lastId: (symbol) => this.#feeds.get(symbol)?.lastId ?? null,
      log,
      handlers: this.#createLinkHandlers(),
    });
    for (const symbol of symbols) this.#feeds.set(symbol, this.#createFeed(symbol));
    this.#links.setSymbols(symbols);
  }

  /** Restores the feeds and dials; harmless when it runs already. */
  connect(): void {
    if (this.#running) return;
    this.#running = true;
    const { metrics, venue } = this.#deps;
    const forgetHeld = metrics.ledger(`adapter-${venue.name}`).holds(() => this.#heldTrades.count);
    const endScrapes = metrics.registry.onScrape(() => this.#intake.flush());
    this.#endAccount = () => {
      forgetHeld();
      endScrapes();
    };
    for (const symbol of this.#feeds.keys()) this.#restore(symbol);
    this.#cancelSecond = repeat(this.#deps.timers, CLOCK_PERIOD_MS, () => this.#everySecond());
    this.#links.connect();
  }

  /** Stops reading; connections that are not open yet are given up. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#links.pause();
    const { timers, config } = this.#deps;
    if (this.#links.open > 0)
      this.#cancelPauseLimit = timers.schedule(config.pauseMaxMs, () => this.#pausedTooLong());
    this.#showStatus();
  }

  /** Reads on, or dials what was given up. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#cancelPauseLimit?.();
    this.#links.resume();
    this.#showStatus();
  }

  /** Reads these symbols from now on. */
  setSymbols(symbols: readonly string[]): void {
    const wanted = new Set(symbols);
    for (const [symbol, feed] of this.#feeds) {
      if (wanted.has(symbol)) continue;
      this.#intake.forgetPromises([symbol]);
      this.#feeds.delete(symbol);
      feed.stop();
    }
    for (const symbol of wanted) {
      if (this.#feeds.has(symbol)) continue;
      this.#feeds.set(symbol, this.#createFeed(symbol));
      if (this.#running) this.#restore(symbol);
    }
    this.#clock.setSymbols([...wanted]);
    this.#links.setSymbols([...wanted]);
    this.#showStatus();
  }

  /** Ends everything without recording a gap. */
  disconnect(): void {
    this.#running = false;
    this.#cancelSecond?.();
    this.#cancelPauseLimit?.();
    this.#intake.forgetPromises([...this.#feeds.keys()]);
    this.#links.close();
    this.#deps.rest?.stop();
    for (const feed of this.#feeds.values()) feed.stop();
    this.#intake.flush();
    this.#endAccount?.();
    this.#showStatus();
  }

  /** One sentence on the first thing that keeps live data from flowing. */
  readiness(): { ok: boolean; reason: string } {
    const { title } = this.#deps.venue;
    if (!this.#paused) return this.#links.readiness();
    return { ok: false, reason: `Reading ${title} is paused: its records cannot be passed on.` };
  }

  /** Counts since the start. */
  figures(): AdapterFigures {
    return {
      ticksReceived: this.#intake.count('trade'),
      framesReceived: this.#frames,
      quotes: this.#intake.count('quote'),
      reconnects: this.#reconnects,
      connections: this.#links.open,
      gaps: this.#gaps,
      dropped: this.#intake.dropped,
      backfilled: this.#backfilled,
      latencyMs: this.#intake.latencyMs,
    };
  }

  /** Events since the start by kind. */
  eventCounts(): Readonly<Record<string, number>> {
    return this.#intake.counts();
  }

  #createWatch(): SymbolWatch {
    const { venue, rest, timers, log } = this.#deps;
    return new SymbolWatch({
      venue,
      feeds: this.#feeds,
      rest,
      timers,
      log,
      venueNow: () => this.#clock.venueNow,
      isCurrent: (symbol) => this.#isCurrent(symbol),
      resubscribe: (symbol, purposes) => {
        const topics = venue.topics(symbol).filter(({ purpose }) => purposes.includes(purpose));
        this.#links.of(symbol)?.resubscribe(topics);
      },
      reconnect: (symbol) => this.#links.of(symbol)?.replace('dead-topic'),
    });
  }

  #createFeed(symbol: string): SymbolFeed {
    const { venue, config, output, timers, metrics, log, rest } = this.#deps;
    const exchange = venue.name;
    return new SymbolFeed({
      venue,
      symbol,
      instance: config.instance ?? '',
      quoteMaxAgeMs: config.quoteMaxAgeMs,
      gapHoldMs: config.gapHoldMs,
      backfillMs: config.backfillMs,
      output,
      rest,
      heldTrades: this.#heldTrades,
      timers,
      log,
      venueNow: () => this.#clock.venueNow,
      isPaused: () => this.#paused,
      onBackfilled: () => (this.#backfilled += 1),
      onUnquoted: (reason) => metrics.ticksUnquoted.inc({ exchange, reason }),
      onGap: ({ cause, status }) => {
        if (status === 'open') this.#gaps += 1;
        metrics.gaps.inc({ exchange, cause, status });
      },
    });
  }

  #restore(symbol: string): void {
    const earlier = this.#deps.state?.get(symbol);
    if (earlier !== undefined) this.#feeds.get(symbol)?.restore(earlier);
  }

  #createLinkHandlers(): VenueLinkHandlers {
    const { venue, metrics, config, log } = this.#deps;
    const intake = this.#intake;
    return {
      onConnected: (symbols) => {
        for (const symbol of symbols) this.#feeds.get(symbol)?.connected();
        intake.connected(symbols);
      },
      onSubscribed: (symbol) => this.#feeds.get(symbol)?.subscribed(),
      onInterrupted: (symbols, cause) => {
        intake.forgetPromises(symbols);
        for (const symbol of symbols) this.#feeds.get(symbol)?.interrupted(cause, this.#clock.venueNow);
      },
      onHandedOver: (symbols) => {
        intake.connected(symbols);
        for (const symbol of symbols) this.#feeds.get(symbol)?.handedOver();
      },
      onHeld: ({ trades, quote }) => {
        for (const { event, receivedAt } of trades) intake.take(event, receivedAt, true);
        if (quote !== null) this.#feeds.get(quote.event.symbol)?.quote(quote.event, quote.receivedAt);
      },
      onEvent: (event, receivedAt, caughtUp) => intake.take(event, receivedAt, caughtUp),
      onStandBy: (event, receivedAt) => intake.standBy(event, receivedAt),
      onFrame: () => (this.#frames += 1),
      onReconnect: (reason) => {
        if (reason !== 'rotation') this.#reconnects += 1;
        metrics.reconnects.inc({ exchange: venue.name, reason });
      },
      onOpened: () => {
        const what = config.assumeSubscribed ? 'Reading recorded frames of' : 'Connected to';
        log.info({ exchange: venue.name, url: config.webSocketUrl }, `${what} ${venue.title}.`);
      },
      onStatus: () => this.#showStatus(),
    };
  }

  #pausedTooLong(): void {
    const { venue, log, config } = this.#deps;
    log.warn(
      { exchange: venue.name },
      `${venue.title} was paused for ${config.pauseMaxMs} ms: disconnecting until it can go on.`,
    );
    this.#links.endPaused();
  }

  #everySecond(): void {
    this.#intake.flush();
    this.#links.everySecond();
    // What a capture holds can be neither asked for nor asked about.
    if (!this.#deps.config.assumeSubscribed) this.#watch.tick();
    const { metrics, venue } = this.#deps;
    metrics.clockOffset.set({ exchange: venue.name }, this.#clock.offsetMs / 1_000);
    this.#clock.tick((symbol) => this.#isCurrent(symbol) && this.#feeds.get(symbol)?.holding !== true);
  }

  #isCurrent(symbol: string): boolean {
    return this.#links.of(symbol)?.isCurrent(symbol) === true;
  }

  /** Paused, or connected in part, is neither down nor up. */
  #showStatus(): void {
    const open = this.#links.open;
    const status = open === 0 ? 0 : this.#paused || open < this.#links.count ? 0.5 : 1;
    this.#deps.metrics.connectionStatus.set({ peer: this.#deps.venue.name }, status);
  }
}
