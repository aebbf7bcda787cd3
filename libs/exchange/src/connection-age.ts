import type { Timers } from './timers';

/** A connection that has lived this long (ms) with every topic answered has proven itself. */
const STABLE_AFTER_MS = 10_000;
/** A venue that cuts every connection at an age is left before, between these parts of that age: of 24 h at 22.5 to 23.5 h. */
const LEAVE_FROM = 22.5 / 24;
const LEAVE_UNTIL = 23.5 / 24;

/** How old the connection of a link is, and when it is too old: each draws its own time, so that many do not leave together. */
export class ConnectionAge {
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #lifetimeMs: number | null;
  readonly #onOld: () => void;
  #openedAt = 0;
  #leaveAt: number | null = null;
  #cancel: (() => void) | null = null;

  /**
   * @param random draws evenly from [0, 1).
   * @param lifetimeMs age at which the venue cuts every connection, ms; null where none is known.
   * @param onOld the connection should be replaced.
   */
  constructor(timers: Timers, random: () => number, lifetimeMs: number | null, onOld: () => void) {
    this.#timers = timers;
    this.#random = random;
    this.#lifetimeMs = lifetimeMs;
    this.#onOld = onOld;
  }

  /** Whether the connection is old enough to have proven itself. */
  get proven(): boolean {
    return this.#timers.now() - this.#openedAt >= STABLE_AFTER_MS;
  }

  /** A connection begins. */
  begin(): void {
    this.#openedAt = this.#timers.now();
    this.#leaveAt = null;
    if (this.#lifetimeMs !== null) {
      const part = LEAVE_FROM + (LEAVE_UNTIL - LEAVE_FROM) * this.#random();
      this.#leaveAt = this.#openedAt + Math.floor(this.#lifetimeMs * part);
    }
    this.watch();
  }

  /** The connection should be replaced from now on, whatever its age. */
  end(): void {
    this.#leaveAt = this.#timers.now();
  }

  /** Watches the age. */
  watch(): void {
    this.pause();
    if (this.#leaveAt === null) return;
    this.#cancel = this.#timers.schedule(Math.max(0, this.#leaveAt - this.#timers.now()), this.#onOld);
  }

  /** Does not watch the age until told to: what is due meanwhile is due then. */
  pause(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
