import type { DecodedEvent, Topic } from '@neuraltrade/venues';
import { ConnectionAge } from './connection-age';
import type { InterruptionReason, PlannedReason, VenueLinkDeps } from './link-handlers';
import { ReconnectDelay } from './reconnect-delay';
import { Replacement } from './replacement';
import type { DownCode, VenueConnection } from './venue-connection';

const PLANNED: Readonly<Record<PlannedReason, string>> = {
  'dead-topic': 'the present one leaves a symbol out',
  rotation: 'the present one comes to its age',
  'going-away': 'the venue announced the end of the present one',
};

/** Keeps some symbols of a venue connected over one connection at a time: dials, backs off, pauses, and replaces it in time. */
export class VenueLink {
  readonly #deps: VenueLinkDeps;
  readonly #delay: ReconnectDelay;
  readonly #age: ConnectionAge;
  #symbols: readonly string[];
  #connection: VenueConnection | null = null;
  #replacement: Replacement | null = null;
  #fault = 'not dialled yet';
  #running = false;
  #paused = false;
  #cancelDial: (() => void) | null = null;

  /** A link at rest. */
  constructor(deps: VenueLinkDeps) {
    this.#deps = deps;
    this.#symbols = deps.symbols;
    this.#delay = new ReconnectDelay(deps.reconnect, deps.random);
    const { connectionLifetimeMs } = deps.venue.limits;
    this.#age = new ConnectionAge(deps.timers, deps.random, connectionLifetimeMs, () =>
      this.replace('rotation'),
    );
  }

  /** The symbols that it carries. */
  get symbols(): readonly string[] {
    return this.#symbols;
  }

  /** Whether frames can arrive. */
  get open(): boolean {
    return this.#connection?.open === true;
  }

  /** Why it is not open, a part of a sentence. */
  get fault(): string {
    return this.#fault;
  }

  /** The connection that carries the symbols; null while there is none. */
  get connection(): VenueConnection | null {
    return this.#connection;
  }

  /** Whether a symbol's trades are known to flow and have been read up to now. */
  isCurrent(symbol: string): boolean {
    const connection = this.#connection;
    return (
      connection !== null && connection.open && connection.caughtUp && connection.ledger.tradesLive(symbol)
    );
  }

  /** Dials, and again whenever the connection ends. */
  connect(): void {
    this.#running = true;
    this.#dial();
  }

  /** Stops reading; a connection that is not open yet is given up. */
  pause(): void {
    this.#paused = true;
    this.#cancelDial?.();
    this.#leaveReplacement();
    if (this.#connection?.open) {
      this.#connection.pause();
    } else {
      this.#connection?.close();
      this.#connection = null;
    }
  }

  /** Reads on, or dials when the connection was given up. */
  resume(): void {
    this.#paused = false;
    if (this.#connection === null) {
      this.#dial();
    } else {
      this.#connection.resume();
      this.#age.watch();
    }
  }

  /** Ends a connection that was paused for too long; another one is dialled when reading goes on. */
  endPaused(): void {
    if (this.#connection === null) return;
    this.#connection.close();
    this.#fault = 'paused for too long';
    this.#interrupted('backpressure', 'backpressure');
  }

  /** Ends for good. */
  close(): void {
    this.#running = false;
    this.#cancelDial?.();
    this.#leaveReplacement();
    this.#connection?.close();
    this.#connection = null;
    this.#fault = 'stopped';
  }

  /** Carries these symbols from now on; those that stay notice nothing. */
  setSymbols(symbols: readonly string[]): void {
    const added = symbols.filter((symbol) => !this.#symbols.includes(symbol));
    const removed = this.#symbols.filter((symbol) => !symbols.includes(symbol));
    this.#symbols = symbols;
    for (const connection of [this.#connection, this.#replacement?.connection]) {
      if (removed.length > 0) connection?.remove(removed);
      if (added.length > 0) connection?.add(added);
    }
    if (this.open) this.#connected(added);
  }

  /** Ends the subscription of topics and asks for them anew, on the same connection: they proved dead. */
  resubscribe(topics: readonly Topic[]): void {
    this.#connection?.resubscribe(topics);
  }

  /** Prepares another connection and goes over to it, unless that is under way already. */
  replace(reason: PlannedReason): void {
    const { venue, log, handlers, dialer, timers, lastId, assumeSubscribed } = this.#deps;
    const old = this.#connection;
    // What is not done before a pause is done after it.
    this.#age.end();
    // A capture holds what came after an announcement, if anything did; there is nobody to dial.
    if (old === null || !old.open || this.#replacement !== null || this.#paused || assumeSubscribed) return;
    log.info({ exchange: venue.name }, `A new connection to ${venue.title} is prepared: ${PLANNED[reason]}.`);
    const deps = {
      dialer,
      timers,
      old,
      lastId,
      delay: this.#delay,
      consecutive: venue.consecutiveTradeIds,
      symbols: () => this.#symbols,
      dial: () => this.#newConnection(),
      onStandBy: (event: DecodedEvent, receivedAt: number) => handlers.onStandBy(event, receivedAt),
      onReady: () => this.#takeOver(reason),
      onFailed: (detail: string) =>
        log.warn({ exchange: venue.name }, `The new connection to ${venue.title} failed: ${detail}.`),
    };
    // One that announces its end as soon as it is open must not be followed in a hurry.
    this.#replacement = new Replacement(deps, this.#stable() ? 0 : this.#delay.next());
  }

  /** Looks whether the connection has proven itself; to be called about once a second. */
  everySecond(): void {
    if (this.#replacement === null && this.#stable()) this.#delay.reset();
  }

  #dial(): void {
    this.#cancelDial?.();
    if (!this.#running || this.#paused || this.#connection !== null) return;
    this.#cancelDial = this.#deps.dialer.whenAllowed(() => (this.#connection = this.#newConnection()));
  }

  #newConnection(): VenueConnection {
    const { dialer, handlers } = this.#deps;
    const connection: VenueConnection = dialer.dial(this.#symbols, {
      onUp: () => {
        if (connection === this.#connection) this.#onUp();
      },
      onEvent: (event, receivedAt) => {
        if (connection === this.#connection) this.#onEvent(event, receivedAt);
        else this.#replacement?.take(event, receivedAt);
      },
      onFrame: () => handlers.onFrame(),
      onDown: (code, detail) => {
        if (connection === this.#connection) this.#onDown(code, detail);
        else this.#replacement?.ended(detail);
      },
    });
    return connection;
  }

  #onUp(): void {
    this.#age.begin();
    this.#connected(this.#symbols);
    this.#deps.handlers.onOpened();
    this.#deps.handlers.onStatus();
  }

  #connected(symbols: readonly string[]): void {
    if (symbols.length > 0) this.#deps.handlers.onConnected(symbols);
    this.#noteAnswers();
  }

  #onEvent(event: DecodedEvent, receivedAt: number): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.#deps.handlers.onEvent(event, receivedAt, connection.caughtUp);
    if (event.type === 'control') {
      if (event.ack !== undefined) this.#noteAnswers();
      if (event.goingAway) this.replace('going-away');
    } else if (event.type === 'refused') {
      this.#noteRefusal(connection, event);
    }
  }

  #noteAnswers(): void {
    const ledger = this.#connection?.ledger;
    for (const symbol of this.#symbols)
      if (ledger?.tradesLive(symbol)) this.#deps.handlers.onSubscribed(symbol);
  }

  #noteRefusal(
    connection: VenueConnection,
    { answer, reason }: Extract<DecodedEvent, { type: 'refused' }>,
  ): void {
    const { venue, log, assumeSubscribed } = this.#deps;
    // What a recorded client asked for is no request of ours.
    if (assumeSubscribed) {
      log.info({ exchange: venue.name, reason }, `${venue.title} refused a recorded request: ${reason}`);
      return;
    }
    const topics = connection.refused(answer, reason);
    const what = topics.map(({ purpose, symbol }) => `${purpose} of ${symbol}`).join(', ') || 'a request';
    log.error({ exchange: venue.name, reason }, `${venue.title} refused ${what}: ${reason}`);
  }

  #onDown(code: DownCode, detail: string): void {
    const { venue, log } = this.#deps;
    this.#fault = detail;
    log.warn({ exchange: venue.name, code, detail }, `The connection to ${venue.title} ended: ${detail}.`);
    if (this.#takeOver(code)) return;
    this.#interrupted('disconnect', code);
    this.#cancelDial = this.#deps.timers.schedule(this.#delay.next(), () => this.#dial());
  }

  #interrupted(cause: 'disconnect' | 'backpressure', reason: InterruptionReason): void {
    this.#connection = null;
    this.#leaveReplacement();
    this.#deps.handlers.onReconnect(reason);
    this.#deps.handlers.onInterrupted(this.#symbols, cause);
    this.#deps.handlers.onStatus();
  }

  /**
   * Goes over to the new connection, if there is one: without a seam where that is sure, else as behind any other
   * interruption.
   */
  #takeOver(reason: InterruptionReason): boolean {
    const { venue, handlers, timers, log } = this.#deps;
    const replacement = this.#replacement;
    const connection = replacement?.release() ?? null;
    if (replacement === null || connection === null) return false;
    const { handover } = replacement;
    const now = timers.now();
    const seamless = this.#symbols.filter((symbol) => connection.open && handover.seamless(symbol, now));
    const others = this.#symbols.filter((symbol) => !seamless.includes(symbol));
    this.#connection?.close();
    this.#connection = connection;
    this.#leaveReplacement();
    handlers.onReconnect(reason);
    if (others.length > 0) handlers.onInterrupted(others, 'disconnect');
    if (connection.open) {
      log.info({ exchange: venue.name }, `The new connection to ${venue.title} has taken over.`);
      handlers.onHandedOver(seamless);
      this.#age.begin();
      this.#connected(others);
      for (const symbol of this.#symbols) handlers.onHeld(handover.release(symbol));
    }
    handlers.onStatus();
    return true;
  }

  #leaveReplacement(): void {
    this.#age.pause();
    this.#replacement?.stop();
    this.#replacement = null;
  }

  #stable(): boolean {
    return this.#connection?.open === true && this.#connection.ledger.pending === 0 && this.#age.proven;
  }
}
