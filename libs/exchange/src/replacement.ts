import type { DecodedEvent } from '@neuraltrade/venues';
import type { ConnectionDialer } from './connection-dialer';
import { Handover } from './handover';
import type { ReconnectDelay } from './reconnect-delay';
import { repeat, type Timers } from './timers';
import type { VenueConnection } from './venue-connection';

/** Time between two looks at whether it may take over, ms. */
const LOOK_PERIOD_MS = 250;
/** A new connection that has not answered every topic so long (ms) after it was dialled has failed. */
const ANSWER_WITHIN_MS = 30_000;
/** Once every topic is answered, the old connection is waited for so long (ms) at most. */
const OVERLAP_MAX_MS = 10_000;
/** Most trades held while two connections overlap. */
const MAX_HELD = 10_000;

/** What a replacement needs. */
export interface ReplacementDeps {
  /** Says when it may dial. */
  readonly dialer: ConnectionDialer;
  /** Clock and timers. */
  readonly timers: Timers;
  /** The waits between attempts. */
  readonly delay: ReconnectDelay;
  /** Whether trade ids rise by exactly one. */
  readonly consecutive: boolean;
  /** BASE/QUOTE symbols of the connection that is replaced; may change. */
  readonly symbols: () => readonly string[];
  /** The connection that is replaced. */
  readonly old: VenueConnection;
  /** The newest trade of a symbol that was passed on; null before any. */
  readonly lastId: (symbol: string) => string | null;
  /** Dials a connection whose events come back here, as long as it has not taken over. */
  readonly dial: () => VenueConnection;
  /** Is told of every event that is not held, and of trades that the old connection had brought. */
  readonly onStandBy: (event: DecodedEvent, receivedAt: number) => void;
  /** It may take over now. */
  readonly onReady: () => void;
  /** An attempt failed and will be repeated. */
  readonly onFailed: (detail: string) => void;
}

/** Prepares a second connection that can go on where the present one stops, and tries again until it has one. */
export class Replacement {
  readonly #deps: ReplacementDeps;
  #connection: VenueConnection | null = null;
  #handover: Handover;
  #dialledAt = 0;
  #answeredAt: number | null = null;
  #cancelDial: () => void;
  #cancelLook: (() => void) | null = null;

  /** Dials after a wait, ms. */
  constructor(deps: ReplacementDeps, waitMs: number) {
    this.#deps = deps;
    this.#handover = this.#newHandover();
    this.#cancelDial = () => undefined;
    if (waitMs === 0) this.#dialWhenAllowed();
    else this.#cancelDial = deps.timers.schedule(waitMs, () => this.#dialWhenAllowed());
  }

  /** The new connection; null while there is none. */
  get connection(): VenueConnection | null {
    return this.#connection;
  }

  /** What the new connection holds. */
  get handover(): Handover {
    return this.#handover;
  }

  /** Takes an event of the new connection. */
  take(event: DecodedEvent, receivedAt: number): void {
    if (event.type === 'trade' && !event.history) {
      this.#handover.trade(event, receivedAt);
      if (this.#handover.full) this.#deps.onReady();
      return;
    }
    if (event.type === 'quote') this.#handover.quote(event, receivedAt);
    this.#deps.onStandBy(event, receivedAt);
    if (event.type === 'refused') this.#connection?.refused(event.answer, event.reason);
    else if (event.type === 'control' && event.goingAway) this.#fail('the venue announced its end');
  }

  /** The new connection ended: another one is dialled later. */
  ended(detail: string): void {
    this.#connection = null;
    this.#fail(detail);
  }

  /** Gives the new connection away, null where there is none; nothing more is done with it here. */
  release(): VenueConnection | null {
    const connection = this.#connection;
    this.#connection = null;
    this.stop();
    return connection;
  }

  /** Gives the new connection up. */
  stop(): void {
    this.#cancelDial();
    this.#cancelLook?.();
    this.#connection?.close();
    this.#connection = null;
  }

  #dialWhenAllowed(): void {
    const { dialer, timers } = this.#deps;
    this.#cancelDial = dialer.whenAllowed(() => {
      this.#dialledAt = timers.now();
      this.#answeredAt = null;
      this.#handover = this.#newHandover();
      this.#connection = this.#deps.dial();
      this.#cancelLook = repeat(timers, LOOK_PERIOD_MS, () => this.#look());
    });
  }

  #look(): void {
    const { timers, symbols, old, onReady } = this.#deps;
    const connection = this.#connection;
    if (connection === null) return;
    const now = timers.now();
    for (const symbol of symbols()) {
      if (connection.open && connection.ledger.tradesLive(symbol)) this.#handover.live(symbol, now);
    }
    // What the old connection carries, the new one must carry too.
    const answered =
      connection.open &&
      connection.ledger.pending === 0 &&
      symbols().every((symbol) => connection.ledger.tradesLive(symbol) || !old.ledger.tradesLive(symbol));
    if (!answered) {
      if (now - this.#dialledAt >= ANSWER_WITHIN_MS) this.#fail('it was not subscribed in time');
      return;
    }
    this.#answeredAt ??= now;
    const seamless = this.#handover.carried && symbols().every((symbol) => this.#seamless(symbol, now));
    if (seamless || now - this.#answeredAt >= OVERLAP_MAX_MS) onReady();
  }

  #seamless(symbol: string, now: number): boolean {
    return this.#handover.seamless(symbol, now) || !this.#deps.old.ledger.tradesLive(symbol);
  }

  #fail(detail: string): void {
    this.#cancelLook?.();
    this.#connection?.close();
    this.#connection = null;
    this.#deps.onFailed(detail);
    this.#cancelDial = this.#deps.timers.schedule(this.#deps.delay.next(), () => this.#dialWhenAllowed());
  }

  #newHandover(): Handover {
    const { consecutive, lastId, onStandBy } = this.#deps;
    return new Handover({ consecutive, lastId, maxHeld: MAX_HELD, onRepeated: onStandBy });
  }
}
