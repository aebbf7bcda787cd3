import { retryAfterMs } from '@neuraltrade/http';
import type { Venue } from '@neuraltrade/venues';
import { ReconnectDelay } from './reconnect-delay';
import type { RestAnswer } from './rest-get';
import type { RestUrgency } from './rest-queue';
import type { Timers } from './timers';
import { WeightWindow } from './weight-window';

/** Upper bound of the first wait after a failure, ms. */
const BACKOFF_BASE_MS = 1_000;
/** Upper bound of every wait that the venue did not ask for, ms. */
const BACKOFF_MAX_MS = 30_000;
/** No failure is answered faster than this, ms. */
const BACKOFF_MIN_MS = 200;
/** A venue that asks for more is asked again after this time, ms. */
const LONGEST_ASKED_MS = 3_600_000;
/** Of the venue's limit, requests in the background take one part in so many, and none of its last half. */
const BACKGROUND_PART = 10;

/** When the next request to a venue may be sent: its limit, what others on our address used of it, and its last failure. */
export class RestLimits {
  readonly #venue: Venue;
  readonly #timers: Timers;
  readonly #window: WeightWindow;
  readonly #delay: ReconnectDelay;
  #notBefore = 0;
  #backgroundNotBefore = 0;

  /** @param random draws evenly from [0, 1), for jitter. */
  constructor(venue: Venue, timers: Timers, random: () => number) {
    this.#venue = venue;
    this.#timers = timers;
    this.#window = new WeightWindow(venue.limits.rest);
    this.#delay = new ReconnectDelay({ baseMs: BACKOFF_BASE_MS, maxMs: BACKOFF_MAX_MS }, random);
  }

  /** How long (ms) a request of a weight has to wait; 0 or less = it may go now. */
  waitMs(weight: number, urgency: RestUrgency): number {
    const now = this.#timers.now();
    const needed = Math.max(this.#notBefore - now, this.#window.waitMs(now, weight));
    if (urgency === 'needed') return needed;
    const reserve = Math.floor(this.#venue.limits.rest.count / 2);
    return Math.max(needed, this.#backgroundNotBefore - now, this.#window.waitMs(now, weight, reserve));
  }

  /** Counts a request. */
  sent(weight: number, urgency: RestUrgency): void {
    const now = this.#timers.now();
    this.#window.take(now, weight);
    if (urgency === 'needed') return;
    const { count, windowMs } = this.#venue.limits.rest;
    this.#backgroundNotBefore = now + (weight / count) * windowMs * BACKGROUND_PART;
  }

  /** Reads from an answer what the address has used, and returns how long (ms) it asks to be left alone; 0 = not at all. */
  answered({ status, headers }: RestAnswer): number {
    const { restUsedHeader, restWaits } = this.#venue.limits;
    const now = this.#timers.now();
    const used = restUsedHeader === null ? undefined : headers[restUsedHeader];
    if (used !== undefined && /^\d{1,9}$/.test(used)) this.#window.reported(now, Number(used));
    const asked = retryAfterMs(headers['retry-after'], now, LONGEST_ASKED_MS);
    return asked > 0 ? asked : (restWaits.get(status) ?? 0);
  }

  /** A request failed: nothing is sent before the instant that is returned, ms UTC. */
  failed(askedMs: number): number {
    // Whatever the venue says, it is not asked faster than after any other failure.
    const waitMs = Math.max(BACKOFF_MIN_MS, this.#delay.next(), askedMs);
    this.#notBefore = this.#timers.now() + waitMs;
    return this.#notBefore;
  }

  /** A request was answered as it should be. */
  succeeded(): void {
    this.#delay.reset();
  }
}
