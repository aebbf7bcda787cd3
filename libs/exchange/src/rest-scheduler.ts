import { RetryableError } from '@neuraltrade/contracts';
import type { RestRequest, Venue } from '@neuraltrade/venues';
import type { Log } from './log';
import { RateWindow } from './rate-window';
import { ReconnectDelay } from './reconnect-delay';
import { type Fetch, type RestAnswer, restGet, RestRefused } from './rest-get';
import { retryAfterMs } from './retry-after';
import type { Timers } from './timers';

/** Upper bound of the first wait after a failure, ms. */
const BACKOFF_BASE_MS = 1_000;
/** Upper bound of every wait that the venue did not ask for, ms. */
const BACKOFF_MAX_MS = 30_000;
/** No failure is answered faster than this, ms. */
const BACKOFF_MIN_MS = 200;

/** Statuses that trying again later can cure, beside 5xx. */
const TEMPORARY: ReadonlySet<number> = new Set([408, 418, 425, 429]);

/** What a scheduler is made of. */
export interface RestSchedulerDeps {
  /** Whose limits are kept. */
  readonly venue: Venue;
  /** Scheme, host and port; requests go nowhere else. */
  readonly restUrl: string;
  /** Clock and timers. */
  readonly timers: Timers;
  /** Draws evenly from [0, 1), for jitter. */
  readonly random: () => number;
  /** Sends requests. */
  readonly fetch: Fetch;
  /** Where the begin of an outage is reported. */
  readonly log: Log;
  /** A request that has failed for so long is given up, ms. */
  readonly giveUpMs: number;
}

/** What was asked for will not come: the scheduler was stopped, or nobody needs it any more. */
export class RestStopped extends Error {
  override readonly name = 'RestStopped';
}

/** The REST requests of one process to one venue: one at a time, in order, within the venue's limit, kept through outages. */
export class RestScheduler {
  readonly #deps: RestSchedulerDeps;
  readonly #window: RateWindow;
  readonly #delay: ReconnectDelay;
  readonly #stop = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  #notBefore = 0;
  #failing = false;

  /** A scheduler that has sent nothing. */
  constructor(deps: RestSchedulerDeps) {
    this.#deps = deps;
    this.#window = new RateWindow(deps.venue.limits.rest);
    this.#delay = new ReconnectDelay({ baseMs: BACKOFF_BASE_MS, maxMs: BACKOFF_MAX_MS }, deps.random);
  }

  /** Counts a request that was sent past the scheduler. */
  charge(weight: number): void {
    this.#window.take(this.#deps.timers.now(), weight);
  }

  /**
   * Asks for something behind everything asked for before, and again later for as long as that may help.
   * @param read makes the result of an answer with status 200; a RetryableError in it counts as a failure of the venue.
   * @param wanted whether the answer is still needed; asked before every attempt.
   * @throws RestRefused when the venue says no, RetryableError when it failed for too long, RestStopped, what `read` throws.
   */
  get<T>(
    request: RestRequest,
    read: (answer: RestAnswer) => T,
    wanted: () => boolean = () => true,
  ): Promise<T> {
    const giveUpAt = this.#deps.timers.now() + this.#deps.giveUpMs;
    const result = this.#last.then(() => this.#attempt(request, read, giveUpAt, wanted));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Waits, ms. @throws RestStopped at once when the scheduler is stopped. */
  async sleep(waitMs: number): Promise<void> {
    const { signal } = this.#stop;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = this.#deps.timers.schedule(waitMs, end);
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
    });
    this.#refuseIfStopped();
  }

  /** Ends the request under way and refuses all others. */
  stop(): void {
    this.#stop.abort();
  }

  async #attempt<T>(
    request: RestRequest,
    read: (answer: RestAnswer) => T,
    giveUpAt: number,
    wanted: () => boolean,
  ): Promise<T> {
    const { timers } = this.#deps;
    for (;;) {
      await this.#turn(request.weight, wanted);
      let askedMs = 0;
      try {
        const answer = await this.#send(request);
        askedMs = retryAfterMs(answer.headers['retry-after'], timers.now());
        const result = this.#judge(answer, read);
        this.#delay.reset();
        this.#failing = false;
        return result;
      } catch (error) {
        this.#refuseIfStopped();
        if (!(error instanceof RetryableError)) throw error;
        // Whatever the venue says, it is not asked faster than after any other failure.
        const waitMs = Math.max(BACKOFF_MIN_MS, this.#delay.next(), askedMs);
        this.#notBefore = timers.now() + waitMs;
        this.#report(error.message);
        if (this.#notBefore > giveUpAt) throw error;
      }
    }
  }

  #send(request: RestRequest): Promise<RestAnswer> {
    const { restUrl, fetch } = this.#deps;
    return restGet(restUrl, request.path, fetch, this.#stop.signal);
  }

  #judge<T>(answer: RestAnswer, read: (answer: RestAnswer) => T): T {
    const { status } = answer;
    if (status === 200) return read(answer);
    const sentence = `${this.#deps.venue.title} answered ${status}`;
    if (status >= 500 || TEMPORARY.has(status)) throw new RetryableError(sentence);
    throw new RestRefused(status, sentence);
  }

  /** Waits until the venue's limit and its last failure allow a request, and counts it. */
  async #turn(weight: number, wanted: () => boolean): Promise<void> {
    const { timers } = this.#deps;
    for (;;) {
      this.#refuseIfStopped();
      if (!wanted()) throw new RestStopped('the answer is not needed any more');
      const now = timers.now();
      const waitMs = Math.max(this.#notBefore - now, this.#window.waitMs(now, 0, weight));
      if (waitMs <= 0) break;
      await this.sleep(waitMs);
    }
    this.#window.take(timers.now(), weight);
  }

  #refuseIfStopped(): void {
    if (this.#stop.signal.aborted) throw new RestStopped('the adapter was stopped');
  }

  #report(sentence: string): void {
    if (this.#failing) return;
    this.#failing = true;
    const { venue, log } = this.#deps;
    log.warn(
      { exchange: venue.name },
      `Trades of ${venue.title} cannot be fetched now: ${sentence}; trying again.`,
    );
  }
}
