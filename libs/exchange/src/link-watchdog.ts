import { repeat, type Timers } from './timers';

/** After our own process was busy, timers fire before the sockets are read: what waits there gets this long (ms) to be heard. */
const UNREAD_GRACE_MS = 50;

/** Deadlines of one connection. */
export interface LinkDeadlines {
  /** Time between pings, ms; null sends none. */
  readonly pingIntervalMs: number | null;
  /** How long the peer may stay mute after a ping before it counts as gone, ms. */
  readonly pingTimeoutMs: number;
  /** How long no frame may arrive before the connection counts as dead, answered pings or not, ms; null = for ever. */
  readonly silenceLimitMs: number | null;
}

/** Why a watchdog gave a connection up: the peer answers no ping, or it answers but sends no frames. */
export type LinkFault = 'ping-timeout' | 'silent';

/**
 * Judges whether a connection lives. TCP alone tells nothing: a peer that lost its network, or a venue that forgot our
 * subscription, leaves the socket open for hours.
 */
export class LinkWatchdog {
  readonly #deadlines: LinkDeadlines;
  readonly #timers: Timers;
  readonly #sendPing: () => void;
  readonly #onDead: (fault: LinkFault, silentMs: number) => void;
  #heardAt = 0;
  #frameAt = 0;
  #cancelPings: (() => void) | null = null;
  #cancelPongDeadline: (() => void) | null = null;
  #cancelSilence: (() => void) | null = null;

  /** @param sendPing asks the peer for a sign of life. @param onDead is told once, after which the watchdog has stopped. */
  constructor(
    deadlines: LinkDeadlines,
    timers: Timers,
    sendPing: () => void,
    onDead: (fault: LinkFault, silentMs: number) => void,
  ) {
    this.#deadlines = deadlines;
    this.#timers = timers;
    this.#sendPing = sendPing;
    this.#onDead = onDead;
  }

  /** A frame arrived. */
  frame(receivedAt: number): void {
    this.#frameAt = receivedAt;
    this.#heardAt = receivedAt;
  }

  /** A pong arrived: the link lives, though no data is proven. */
  pong(receivedAt: number): void {
    this.#heardAt = receivedAt;
  }

  /** Begins to watch, as if a frame had just arrived; also after a pause, in which nothing could be heard. */
  start(): void {
    this.stop();
    this.frame(this.#timers.now());
    const { pingIntervalMs, silenceLimitMs } = this.#deadlines;
    if (pingIntervalMs !== null) this.#cancelPings = repeat(this.#timers, pingIntervalMs, () => this.#ping());
    if (silenceLimitMs !== null) this.#awaitFrame(silenceLimitMs, silenceLimitMs);
  }

  /** Stops watching. */
  stop(): void {
    this.#cancelPings?.();
    this.#cancelPongDeadline?.();
    this.#cancelSilence?.();
    this.#cancelPings = this.#cancelPongDeadline = this.#cancelSilence = null;
  }

  #ping(): void {
    const sentAt = this.#timers.now();
    this.#sendPing();
    if (this.#cancelPongDeadline !== null) return;
    const judge = (graceMs: number): void => {
      this.#cancelPongDeadline = null;
      if (this.#heardAt >= sentAt) return;
      if (graceMs === 0) return this.#dead('ping-timeout', this.#heardAt);
      this.#cancelPongDeadline = this.#timers.schedule(graceMs, () => judge(0));
    };
    this.#cancelPongDeadline = this.#timers.schedule(this.#deadlines.pingTimeoutMs, () =>
      judge(UNREAD_GRACE_MS),
    );
  }

  #awaitFrame(limitMs: number, waitMs: number, graceGiven = false): void {
    this.#cancelSilence = this.#timers.schedule(waitMs, () => {
      const left = this.#frameAt + limitMs - this.#timers.now();
      if (left > 0) this.#awaitFrame(limitMs, left);
      else if (graceGiven) this.#dead('silent', this.#frameAt);
      else this.#awaitFrame(limitMs, UNREAD_GRACE_MS, true);
    });
  }

  #dead(fault: LinkFault, since: number): void {
    this.stop();
    this.#onDead(fault, this.#timers.now() - since);
  }
}
