import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import type { RestRequest, Venue } from '@neuraltrade/venues';
import type { Log } from './log';
import { type Fetch, type RestAnswer, restGet, RestRefused } from './rest-get';
import { RestLimits } from './rest-limits';
import { type RestJob, RestQueue, type RestUrgency } from './rest-queue';
import type { Timers } from './timers';

/** An answer that cannot be read may be torn, or of a proxy: it is asked for so often before it counts as the venue's word. */
const MAX_UNREADABLE = 4;

/** Statuses that trying again later can cure, beside 5xx and those that the venue names. */
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
  /** A request that has failed for so long is given up, ms; waits that the venue asked for do not count. */
  readonly giveUpMs: number;
}

/** What was asked for will not come: the scheduler was stopped, or nobody needs it any more. */
export class RestStopped extends Error {
  override readonly name = 'RestStopped';
}

/**
 * The REST requests of one process to one venue: one at a time, within the venue's limit. Needed ones are kept through
 * outages; those in the background go out when nothing needed waits, and take a small part of the limit.
 */
export class RestScheduler {
  readonly #deps: RestSchedulerDeps;
  readonly #limits: RestLimits;
  readonly #queue = new RestQueue();
  readonly #stop = new AbortController();
  #working = false;
  #failing = false;
  /** Waits that the venue asked for so far, ms: they put off every request's end. */
  #askedMs = 0;
  #cancelWake: (() => void) | null = null;

  /** A scheduler that has sent nothing. */
  constructor(deps: RestSchedulerDeps) {
    this.#deps = deps;
    this.#limits = new RestLimits(deps.venue, deps.timers, deps.random);
  }

  /** Counts a request that was sent past the scheduler. */
  charge(weight: number): void {
    this.#limits.sent(weight, 'needed');
  }

  /**
   * Asks for something behind everything of its urgency that was asked for before: what is needed again and again for as
   * long as that may help, what is in the background once.
   * @param read makes the result of an answer with status 200; a RetryableError in it counts as a failure of the venue.
   * @param wanted whether the answer is still needed; asked before every attempt.
   * @throws RestRefused when the venue says no, RetryableError when it failed for too long, RestStopped, what `read` throws.
   */
  get<T>(
    request: RestRequest,
    read: (answer: RestAnswer) => T,
    wanted: () => boolean = () => true,
    urgency: RestUrgency = 'needed',
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const take = (answer: RestAnswer): void => resolve(read(answer));
      const giveUpAt = this.#deps.timers.now() + this.#deps.giveUpMs - this.#askedMs;
      this.#queue.add(urgency, { request, wanted, take, giveUpAt, reject });
      void this.#work();
    });
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
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    this.#cancelWake?.();
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { job, urgency } = next;
      try {
        if (urgency === 'needed') await this.#insist(job);
        else await this.#try(job);
      } catch (error) {
        job.reject(error);
      }
    }
    this.#working = false;
  }

  /** The request whose turn it is; undefined when none waits, or only such in the background whose time has not come. */
  #next(): { job: RestJob; urgency: RestUrgency } | undefined {
    const needed = this.#queue.take('needed');
    if (needed !== undefined) return { job: needed, urgency: 'needed' };
    const job = this.#queue.peek('background');
    if (job === undefined) return undefined;
    const waitMs = this.#limits.waitMs(job.request.weight, 'background');
    if (waitMs > 0 && job.wanted() && !this.#stop.signal.aborted) {
      this.#cancelWake = this.#deps.timers.schedule(waitMs, () => void this.#work());
      return undefined;
    }
    this.#queue.take('background');
    return { job, urgency: 'background' };
  }

  /** Tries for as long as that may help. */
  async #insist(job: RestJob): Promise<void> {
    for (let unreadable = 0; ;) {
      await this.#turn(job);
      const failure = await this.#attempt(job, 'needed');
      if (failure === null) return;
      if (failure.error instanceof PermanentError) unreadable += 1;
      if (unreadable >= MAX_UNREADABLE) throw failure.error;
      this.#report(failure.error.message);
      if (failure.notBefore > job.giveUpAt + this.#askedMs) throw failure.error;
    }
  }

  async #try(job: RestJob): Promise<void> {
    this.#refuseIfUnwanted(job);
    const failure = await this.#attempt(job, 'background');
    if (failure !== null) throw failure.error;
  }

  /** Waits until the venue's limit and its last failure allow a request. */
  async #turn(job: RestJob): Promise<void> {
    for (;;) {
      this.#refuseIfUnwanted(job);
      const waitMs = this.#limits.waitMs(job.request.weight, 'needed');
      if (waitMs <= 0) return;
      await this.sleep(waitMs);
    }
  }

  /** Sends a request once; null when it was answered, else what trying again may cure. @throws what it cannot. */
  async #attempt({ request, take }: RestJob, urgency: RestUrgency): Promise<Failure | null> {
    const { restUrl, fetch } = this.#deps;
    this.#limits.sent(request.weight, urgency);
    let askedMs = 0;
    try {
      const answer = await restGet(restUrl, request.path, fetch, this.#stop.signal);
      const wishMs = this.#limits.answered(answer);
      if (answer.status !== 200) askedMs = wishMs;
      this.#judge(answer);
      take(answer);
    } catch (error) {
      this.#refuseIfStopped();
      if (!(error instanceof RetryableError || error instanceof PermanentError)) throw error;
      this.#askedMs += askedMs;
      return { error, notBefore: this.#limits.failed(askedMs) };
    }
    this.#limits.succeeded();
    this.#failing = false;
    return null;
  }

  #judge({ status }: RestAnswer): void {
    if (status === 200) return;
    const { title, limits } = this.#deps.venue;
    const sentence = `${title} answered ${status}`;
    if (status >= 500 || TEMPORARY.has(status) || limits.restWaits.has(status))
      throw new RetryableError(sentence);
    throw new RestRefused(status, sentence);
  }

  #refuseIfStopped(): void {
    if (this.#stop.signal.aborted) throw new RestStopped('the adapter was stopped');
  }

  #refuseIfUnwanted({ wanted }: RestJob): void {
    this.#refuseIfStopped();
    if (!wanted()) throw new RestStopped('the answer is not needed any more');
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

/** What trying again may cure, and when that may be, ms UTC. */
interface Failure {
  readonly error: RetryableError | PermanentError;
  readonly notBefore: number;
}
