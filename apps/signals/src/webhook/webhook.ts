import { setTimeout as sleep } from 'node:timers/promises';
import { fullJitterMs } from '@neuraltrade/backpressure';
import type { MlSignal } from '@neuraltrade/contracts';
import { requestFault, retryAfterMs, withDeadline } from '@neuraltrade/http';
import type { Metrics } from '@neuraltrade/metrics';
import { atMost, capText, type CheckResult, type Logger } from '@neuraltrade/service';
import { type AttemptResult, resultOf } from './answer';
import { type Delivery, DeliveryQueue } from './delivery-queue';
import { deliveryId, signedRequest } from './signed-request';

/** Most requests under way at a time, each of another symbol. */
const MOST_AT_ONCE = 4;
/** No failure is answered faster than this, ms. */
const SHORTEST_WAIT_MS = 200;
/** A receiver that asks for more is asked again after this time, ms. */
const LONGEST_ASKED_MS = 3_600_000;
/** So much of a refusal's text is told. */
const MOST_WORDS = 300;

/** Where signals are delivered, and how patiently. */
export interface WebhookTarget {
  /** The receiver's address. May hold secrets: only its origin is ever told. */
  readonly url: string;
  /** Longest time for one attempt, ms. */
  readonly timeoutMs: number;
  /** Upper bound of the wait behind a first failure, ms; doubles with each further one. */
  readonly retryBaseMs: number;
  /** Upper bound of every wait that the receiver did not ask for, ms. */
  readonly retryMaxMs: number;
  /** Most deliveries that wait; beyond, the one that has waited longest is given up. */
  readonly maxWaiting: number;
}

/** Why a delivery was given up for good. */
export interface GivenUp {
  /** A reason for parking. */
  readonly reason: 'webhook-refused' | 'webhook-overflow';
  /** What exactly happened, a sentence. */
  readonly detail: string;
}

/** What a webhook is made of. */
export interface WebhookDeps {
  /** Where and how. */
  readonly target: WebhookTarget;
  /** The secret of this moment: one in a file may be renewed. */
  readonly secret: () => string;
  /** Told of each delivery that is done: null = the receiver has it. */
  readonly onDone: (signal: MlSignal, givenUp: GivenUp | null) => void;
  /** Where faults are told. */
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Where attempts are counted. */
  readonly metrics: Metrics;
  /** Our clock, ms UTC. */
  readonly now: () => number;
}

/** What one attempt came to. */
interface Attempt {
  readonly result: AttemptResult;
  /** What happened, the end of a sentence that begins with the receiver. */
  readonly words: string;
  /** How long the receiver asks to be left alone, ms. */
  readonly askedMs: number;
}

/**
 * Posts signals to a receiver until each has a definite answer: in order for each symbol, several symbols beside each other. A
 * repetition has the same key and body as the first attempt.
 */
export class Webhook {
  readonly #deps: WebhookDeps;
  readonly #queue: DeliveryQueue;
  readonly #stopped = new AbortController();
  readonly #cut = new AbortController();
  readonly #origin: string;
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #turns: (() => void)[] = [];
  #free = MOST_AT_ONCE;
  #notBefore = 0;
  #fault = '';

  /** Sends nothing yet. */
  constructor(deps: WebhookDeps) {
    this.#deps = deps;
    this.#queue = new DeliveryQueue(deps.target.maxWaiting);
    this.#origin = new URL(deps.target.url).origin;
  }

  /** Every signal whose delivery is not done, the oldest first. */
  get waiting(): MlSignal[] {
    return this.#queue.all.map(({ signal }) => signal);
  }

  /** How many deliveries are not done. */
  get depth(): number {
    return this.#queue.size;
  }

  /** Whether the last attempt was answered as it should be. */
  health(): CheckResult {
    const { size } = this.#queue;
    const waiting = size === 0 ? '' : ` ${size} ${size === 1 ? 'delivery waits' : 'deliveries wait'}.`;
    return this.#fault === '' ? { ok: true, reason: '' } : { ok: false, reason: this.#fault + waiting };
  }

  /** Takes a signal to deliver; one that waits already is delivered once. */
  add(signal: MlSignal): void {
    const givenUp = this.#queue.add({ id: deliveryId(signal), signal });
    if (givenUp !== null) {
      const detail = `More than ${this.#deps.target.maxWaiting} deliveries waited for ${this.#origin}.`;
      this.#deps.onDone(givenUp.signal, { reason: 'webhook-overflow', detail });
    }
    const { symbol } = signal;
    if (!this.#lanes.has(symbol)) this.#lanes.set(symbol, this.#deliverAll(symbol));
  }

  /** Begins no attempt any more and gives those under way up after a while, ms; what waits is still told by `waiting`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopped.abort();
    await atMost(graceMs, Promise.all(this.#lanes.values()));
    this.#cut.abort();
    await Promise.all(this.#lanes.values());
  }

  async #deliverAll(symbol: string): Promise<void> {
    const { retryBaseMs, retryMaxMs } = this.#deps.target;
    let failures = 0;
    while (this.#queue.first(symbol) !== undefined && !this.#stopped.signal.aborted) {
      const askedMs = await this.#inTurn(() => this.#deliverFirst(symbol));
      failures = askedMs === null ? 0 : failures + 1;
      if (askedMs === null) continue;
      // A receiver that asks for quiet means all of us.
      this.#notBefore = Math.max(this.#notBefore, this.#deps.now() + askedMs);
      const waitMs = fullJitterMs(failures, retryBaseMs, retryMaxMs, Math.random);
      await this.#wait(Math.max(Math.min(SHORTEST_WAIT_MS, retryBaseMs), waitMs));
    }
    this.#lanes.delete(symbol);
  }

  /** @returns null when it is done, else how long the receiver asks to be left alone, ms. */
  async #deliverFirst(symbol: string): Promise<number | null> {
    const delivery = this.#queue.first(symbol);
    // It was given up while it waited for its turn.
    if (delivery === undefined || this.#stopped.signal.aborted) return null;
    this.#queue.begin(delivery);
    const attempt = await this.#attempt(delivery);
    if (this.#settled(delivery, attempt)) return null;
    this.#queue.pause(delivery);
    return attempt.askedMs;
  }

  /** @returns whether that was a definite answer. */
  #settled(delivery: Delivery, { result, words }: Attempt): boolean {
    if (result === 'no-answer' && this.#cut.signal.aborted) return false;
    this.#deps.metrics.webhookAttempts.inc({ result });
    switch (result) {
      case 'delivered':
        this.#tell('');
        this.#queue.done(delivery);
        this.#deps.onDone(delivery.signal, null);
        return true;
      case 'refused':
        this.#tell('');
        this.#queue.done(delivery);
        this.#deps.onDone(delivery.signal, {
          reason: 'webhook-refused',
          detail: `The receiver at ${this.#origin} ${words}.`,
        });
        return true;
      default:
        this.#tell(`The receiver at ${this.#origin} ${words}.`);
        return false;
    }
  }

  async #attempt({ signal }: Delivery): Promise<Attempt> {
    const { target, secret, now } = this.#deps;
    try {
      const { headers, body } = signedRequest(signal, secret(), now());
      return await withDeadline({ timeoutMs: target.timeoutMs, stop: this.#cut.signal }, async (abort) => {
        const request = { method: 'POST', headers, body, signal: abort, redirect: 'manual' } as const;
        const response = await fetch(target.url, request);
        return { ...(await judged(response)), askedMs: askedBy(response, now()) };
      });
    } catch (error) {
      return { result: 'no-answer', words: `is not reached: ${requestFault(error)}`, askedMs: 0 };
    }
  }

  /** Does something as one of the few that may be under way at a time. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const quietMs = this.#notBefore - this.#deps.now();
    if (quietMs > 0) await this.#wait(quietMs);
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#turns.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#turns.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #wait(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  #tell(fault: string): void {
    if (fault === this.#fault) return;
    if (fault === '') this.#deps.log.info({ receiver: this.#origin }, 'signals are delivered');
    else this.#deps.log.warn({ receiver: this.#origin, reason: fault }, 'a signal is not delivered yet');
    this.#fault = fault;
  }
}

/** What an answer means; of its text only the first words of a refusal are read. */
async function judged(response: Response): Promise<Pick<Attempt, 'result' | 'words'>> {
  const { status } = response;
  const result = resultOf(status);
  if (result === 'refused')
    return { result, words: `refuses it with ${status}${await firstWords(response)}` };
  await response.body?.cancel();
  const redirected = `redirects (${status}) instead of answering: set WEBHOOK_URL to the address that it means`;
  return { result, words: result === 'redirected' ? redirected : `answers ${status}` };
}

async function firstWords(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await reader?.read().catch(() => undefined);
  await reader?.cancel().catch(() => undefined);
  const words = Buffer.from(first?.value ?? [])
    .toString('utf8')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return words === '' ? '' : `: ${capText(words, MOST_WORDS)}`;
}

function askedBy({ headers }: Response, now: number): number {
  return retryAfterMs(headers.get('retry-after') ?? undefined, now, LONGEST_ASKED_MS);
}
