import type { DecodedEvent } from '@neuraltrade/venues';
import { CLOCK_PERIOD_MS, ClockTicker } from './clock-ticker';
import { EventIntake } from './event-intake';
import { HeldTrades } from './held-trades';
import type { AdapterFigures, ExchangeAdapter, ExchangeAdapterDeps } from './exchange-adapter';
import { RateWindow } from './rate-window';
import { ReconnectDelay } from './reconnect-delay';
import { SymbolFeed } from './symbol-feed';
import { repeat } from './timers';
import { type DownCode, VenueConnection } from './venue-connection';

/** A connection that has lived this long (ms) with every topic answered has proven itself. */
const STABLE_AFTER_MS = 10_000;

/** Keeps one connection to a venue alive, and tells feeds, clock and metrics what becomes of it. */
export class LiveAdapter implements ExchangeAdapter {
  readonly #deps: ExchangeAdapterDeps;
  readonly #feeds = new Map<string, SymbolFeed>();
  readonly #clock: ClockTicker;
  readonly #intake: EventIntake;
  readonly #delay: ReconnectDelay;
  readonly #connects: RateWindow;
  #connection: VenueConnection | null = null;
  #openedAt = 0;
  #fault = 'not dialled yet';
  #running = false;
  #paused = false;
  #frames = 0;
  #reconnects = 0;
  #gaps = 0;
  #backfilled = 0;
  #cancelSecond: (() => void) | null = null;
  #cancelDial: (() => void) | null = null;
  #cancelPauseLimit: (() => void) | null = null;

  /** An adapter at rest. */
  constructor(deps: ExchangeAdapterDeps) {
    const { venue, symbols, config, output, timers, metrics, log } = deps;
    const exchange = venue.name;
    this.#deps = deps;
    this.#delay = new ReconnectDelay(
      { baseMs: config.reconnectBaseMs, maxMs: config.reconnectMaxMs },
      deps.random,
    );
    this.#connects = new RateWindow(venue.limits.connects);
    this.#clock = new ClockTicker({ exchange, symbols, partitions: config.partitions, output, timers });
    const heldTrades = new HeldTrades(config.bufferMaxTicks);
    for (const symbol of symbols) {
      const feed = new SymbolFeed({
        venue,
        symbol,
        quoteMaxAgeMs: config.quoteMaxAgeMs,
        gapHoldMs: config.gapHoldMs,
        backfillMs: config.backfillMs,
        output,
        rest: deps.rest,
        heldTrades,
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
      this.#feeds.set(symbol, feed);
    }
    this.#intake = new EventIntake({
      exchange,
      feeds: this.#feeds,
      clock: this.#clock,
      timers,
      metrics,
      log,
      isCurrent: (symbol) => this.#isCurrent(symbol),
      isCaughtUp: () => this.#connection?.caughtUp === true,
    });
  }

  /** Restores the feeds and dials; harmless when it runs already. */
  connect(): void {
    if (this.#running) return;
    this.#running = true;
    for (const [symbol, feed] of this.#feeds) {
      const earlier = this.#deps.state?.get(symbol);
      if (earlier !== undefined) feed.restore(earlier);
    }
    this.#cancelSecond = repeat(this.#deps.timers, CLOCK_PERIOD_MS, () => this.#everySecond());
    this.#dial();
  }

  /** Stops reading; a connection that is not open yet is given up. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#cancelDial?.();
    if (this.#connection?.open) {
      this.#connection.pause();
      this.#cancelPauseLimit = this.#deps.timers.schedule(this.#deps.config.pauseMaxMs, () =>
        this.#pausedTooLong(),
      );
    } else {
      this.#connection?.close();
      this.#connection = null;
    }
    this.#showStatus();
  }

  /** Reads on, or dials when the connection was given up. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#cancelPauseLimit?.();
    if (this.#connection === null) this.#dial();
    else this.#connection.resume();
    this.#showStatus();
  }

  /** Ends everything without recording a gap. */
  disconnect(): void {
    this.#running = false;
    this.#cancelSecond?.();
    this.#cancelDial?.();
    this.#cancelPauseLimit?.();
    this.#intake.forgetPromises();
    this.#connection?.close();
    this.#connection = null;
    this.#deps.rest?.stop();
    for (const feed of this.#feeds.values()) feed.stop();
    this.#fault = 'stopped';
    this.#intake.flush();
    this.#showStatus();
  }

  /** One sentence on the first thing that keeps live data from flowing. */
  readiness(): { ok: boolean; reason: string } {
    const { title } = this.#deps.venue;
    if (this.#paused)
      return { ok: false, reason: `Reading ${title} is paused: its records cannot be passed on.` };
    if (!this.#connection?.open) return { ok: false, reason: `${title} is not connected: ${this.#fault}.` };
    const { ledger } = this.#connection;
    const refused = ledger
      .refusals()
      .map(({ topic, reason }) => `${topic.purpose} of ${topic.symbol} (${reason})`);
    if (refused.length > 0) return { ok: false, reason: `${title} refused ${refused.join(', ')}.` };
    const open = ledger.unanswered().map(({ purpose, symbol }) => `${purpose} of ${symbol}`);
    if (open.length > 0) return { ok: false, reason: `${title} has not confirmed ${open.join(', ')} yet.` };
    return { ok: true, reason: '' };
  }

  /** Counts since the start. */
  figures(): AdapterFigures {
    return {
      ticksReceived: this.#intake.count('trade'),
      framesReceived: this.#frames,
      quotes: this.#intake.count('quote'),
      reconnects: this.#reconnects,
      gaps: this.#gaps,
      backfilled: this.#backfilled,
      latencyMs: this.#intake.latencyMs,
    };
  }

  /** Events since the start by kind. */
  eventCounts(): Readonly<Record<string, number>> {
    return this.#intake.counts();
  }

  #dial(): void {
    this.#cancelDial?.();
    if (!this.#running || this.#paused || this.#connection !== null) return;
    const { venue, symbols, transport, timers, config } = this.#deps;
    const waitMs = this.#connects.waitMs(timers.now());
    if (waitMs > 0) {
      this.#cancelDial = timers.schedule(waitMs, () => this.#dial());
      return;
    }
    this.#connects.take(timers.now());
    this.#connection = new VenueConnection({
      venue,
      symbols,
      url: config.webSocketUrl,
      transport,
      timers,
      settings: config,
      handlers: {
        onUp: () => this.#onUp(),
        onEvent: (event, receivedAt) => this.#onEvent(event, receivedAt),
        onFrame: () => (this.#frames += 1),
        onDown: (code, detail) => this.#onDown(code, detail),
      },
    });
  }

  #onUp(): void {
    const { timers, venue, config, log } = this.#deps;
    this.#openedAt = timers.now();
    for (const feed of this.#feeds.values()) feed.connected();
    this.#intake.connected();
    const what = config.assumeSubscribed ? 'Reading recorded frames of' : 'Connected to';
    log.info({ exchange: venue.name, url: config.webSocketUrl }, `${what} ${venue.title}.`);
    this.#noteAnswers();
    this.#showStatus();
  }

  #onEvent(event: DecodedEvent, receivedAt: number): void {
    this.#intake.take(event, receivedAt);
    if (event.type === 'control') {
      if (event.ack !== undefined) this.#noteAnswers();
      // A capture holds what came after the announcement, if anything did; there is nobody to dial.
      if (event.goingAway && !this.#deps.config.assumeSubscribed) this.#replace();
    } else if (event.type === 'refused') {
      this.#noteRefusal(event);
    }
  }

  #noteAnswers(): void {
    const ledger = this.#connection?.ledger;
    for (const [symbol, feed] of this.#feeds) if (ledger?.tradesLive(symbol)) feed.subscribed();
  }

  #noteRefusal({ answer, reason }: Extract<DecodedEvent, { type: 'refused' }>): void {
    const { venue, log, config } = this.#deps;
    // What a recorded client asked for is no request of ours.
    if (config.assumeSubscribed) {
      log.info({ exchange: venue.name, reason }, `${venue.title} refused a recorded request: ${reason}`);
      return;
    }
    const topics = this.#connection?.ledger.refused(answer, reason) ?? [];
    const what = topics.map(({ purpose, symbol }) => `${purpose} of ${symbol}`).join(', ') || 'a request';
    log.error({ exchange: venue.name, reason }, `${venue.title} refused ${what}: ${reason}`);
  }

  #onDown(code: DownCode, detail: string): void {
    const { venue, log } = this.#deps;
    this.#fault = detail;
    log.warn({ exchange: venue.name, code, detail }, `The connection to ${venue.title} ended: ${detail}.`);
    this.#interrupted('disconnect', code);
    const waitMs = this.#delay.next();
    this.#cancelDial = this.#deps.timers.schedule(waitMs, () => this.#dial());
  }

  /** The venue announced that it will cut this connection: a new one is dialled at once, unless that is all it ever does. */
  #replace(): void {
    const stable = this.#stable();
    this.#connection?.close();
    this.#fault = 'the venue announced its end';
    this.#interrupted('disconnect', 'going-away');
    if (stable) this.#dial();
    else this.#cancelDial = this.#deps.timers.schedule(this.#delay.next(), () => this.#dial());
  }

  #pausedTooLong(): void {
    const { venue, log, config } = this.#deps;
    log.warn(
      { exchange: venue.name },
      `${venue.title} was paused for ${config.pauseMaxMs} ms: disconnecting until it can go on.`,
    );
    this.#connection?.close();
    this.#fault = 'paused for too long';
    this.#interrupted('backpressure', 'backpressure');
  }

  #interrupted(cause: 'disconnect' | 'backpressure', reason: DownCode | 'going-away' | 'backpressure'): void {
    this.#connection = null;
    this.#reconnects += 1;
    this.#deps.metrics.reconnects.inc({ exchange: this.#deps.venue.name, reason });
    this.#intake.forgetPromises();
    for (const feed of this.#feeds.values()) feed.interrupted(cause, this.#clock.venueNow);
    this.#showStatus();
  }

  #everySecond(): void {
    this.#intake.flush();
    if (this.#stable()) this.#delay.reset();
    this.#clock.tick((symbol) => this.#isCurrent(symbol) && this.#feeds.get(symbol)?.holding !== true);
  }

  #stable(): boolean {
    return (
      this.#connection?.open === true &&
      this.#connection.ledger.pending === 0 &&
      this.#deps.timers.now() - this.#openedAt >= STABLE_AFTER_MS
    );
  }

  #isCurrent(symbol: string): boolean {
    const connection = this.#connection;
    return (
      connection !== null && connection.open && connection.caughtUp && connection.ledger.tradesLive(symbol)
    );
  }

  #showStatus(): void {
    const status = !this.#connection?.open ? 0 : this.#paused ? 0.5 : 1;
    this.#deps.metrics.connectionStatus.set({ peer: this.#deps.venue.name }, status);
  }
}
