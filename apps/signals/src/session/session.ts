import { setTimeout as sleep } from 'node:timers/promises';
import { logNames, type MlSignal, RetryableError } from '@neuraltrade/contracts';
import type { Delivery, Ownership, Subscription } from '@neuraltrade/messaging';
import type { RecordLedger } from '@neuraltrade/metrics';
import { SignalBook } from '../book/signal-book';
import { filterRules, outcomeRules, type SignalsConfig, webhookTarget } from '../config';
import { type GivenUp, Webhook } from '../webhook/webhook';
import type { SignalFigures } from './figures';
import { Intake } from './intake';
import { outcomeMessages, type Parked, parkedDelivery, parkedPart, parkedWhole } from './outgoing';
import { receive, type Received, recordCount } from './received';
import { decodeState, encodeState } from './saved-state';
import { SessionOutputs, type SessionOutputsDeps } from './session-outputs';

/** Messages that are taken at once. */
const MOST_MESSAGES = 500;
/** Shortest time between two saves of the state, ms. */
const SAVE_INTERVAL_MS = 200;
/** A save above this is told: the log takes 16 MiB. */
const STATE_ALARM_BYTES = 12_000_000;

/** What a session is made of. */
export interface SessionDeps extends SessionOutputsDeps {
  /** Filters, horizons, webhook. */
  readonly config: SignalsConfig;
  /** The webhook's secret of this moment. */
  readonly webhookSecret: () => string;
  /** Our clock, ms UTC. */
  readonly now: () => number;
  /** Whether signals age by our clock too; not in a replay, whose times are not ours. */
  readonly agesByClock: boolean;
  /** What was done so far. */
  readonly figures: SignalFigures;
  /** The account of the records. */
  readonly ledger: RecordLedger;
}

/**
 * One ownership of the state. What comes is taken into the book, the state is saved, and only then the outcomes are published, the
 * deliveries begun and the messages answered: whatever happens, the next session knows of everything that was answered.
 */
export class Session {
  /** What is known of signals. */
  readonly book: SignalBook;
  /** Where accepted signals are delivered; null = nowhere. */
  readonly webhook: Webhook | null;
  /** Up to where the store was looked through, ms UTC; kept in the state. */
  lookedUpTo: number;
  readonly #deps: SessionDeps;
  readonly #ownership: Ownership;
  readonly #subscription: Subscription;
  readonly #intake: Intake;
  readonly #outputs: SessionOutputs;
  readonly #waiting: Received[] = [];
  readonly #underWay: Received[] = [];
  readonly #givenUp: { readonly signal: MlSignal; readonly why: GivenUp }[] = [];
  readonly #cut = new AbortController();
  readonly #forgetHeld: () => void;
  #working: Promise<void> | null = null;
  #changed = true;
  #taking = true;
  #end: (fault: Error | null) => void = () => undefined;
  /** Settles when it can go on no longer, with why; null = it was stopped. */
  readonly ended = new Promise<Error | null>((resolve) => (this.#end = resolve));

  /** Takes the saved state up. @throws PermanentError when it is of another release. */
  constructor(deps: SessionDeps, ownership: Ownership, subscription: Subscription) {
    this.#deps = deps;
    this.#ownership = ownership;
    this.#subscription = subscription;
    const { config, figures, log, metrics, now } = deps;
    const text = ownership.recovered.state;
    const saved = text === null ? null : decodeState(text);
    this.book = new SignalBook(filterRules(config), outcomeRules(config), saved?.book);
    this.lookedUpTo = saved?.lookedUpTo ?? now();
    this.#intake = new Intake(this.book, figures);
    this.#outputs = new SessionOutputs(deps, this.#cut.signal);
    const target = webhookTarget(config);
    this.webhook =
      target === null
        ? null
        : new Webhook({
            target,
            secret: deps.webhookSecret,
            onDone: (signal, givenUp) => this.#done(signal, givenUp),
            log,
            metrics,
            now,
          });
    this.#forgetHeld = deps.ledger.holds(() => countOf(this.#waiting) + countOf(this.#underWay));
    this.#resume(saved?.deliveries ?? []);
    void ownership.ended.then((how) => {
      if (how === 'lost') this.#fail(new RetryableError('The log of the state can no longer be watched.'));
    });
    // It has begun with what was saved: whatever is done from now on is done twice.
    void ownership.replaced.then(() =>
      this.#fail(new RetryableError(`Another process has taken the state in ${logNames.signalsState} over.`)),
    );
    this.#proceed();
  }

  /** Takes a delivery of its subscription. */
  receive(delivery: Delivery): void {
    // One without an answer goes back to the queue when the subscription ends.
    if (!this.#taking) return;
    const message = receive(delivery);
    this.#deps.ledger.received(recordCount(message));
    this.#waiting.push(message);
    this.#proceed();
  }

  /** Takes signals that the store had and the queue may have lost. */
  repair(signals: readonly MlSignal[]): void {
    // What is stored was checked by the store, but for what only the book can tell.
    for (const signal of signals) this.#intake.signal(signal);
    this.changed();
  }

  /** The book or what it depends on was changed: it is saved soon. */
  changed(): void {
    this.#changed = true;
    this.#proceed();
  }

  /**
   * Takes nothing more, lets the attempts under way end for so many ms, and saves once more what has changed.
   * @returns when that is done; what was not saved comes again.
   */
  async stop(graceMs: number): Promise<void> {
    this.#taking = false;
    await this.webhook?.stop(graceMs);
    await this.#working;
    if (this.#changed && !this.#cut.signal.aborted) await this.#step([]).catch(() => undefined);
    await this.abandon();
  }

  /** Gives up at once: somebody else owns the state, or the broker is gone. */
  async abandon(): Promise<void> {
    this.#fail(null);
    const held = countOf(this.#waiting) + countOf(this.#underWay);
    this.#deps.ledger.rejected('returned-to-queue', held);
    this.#waiting.length = this.#underWay.length = 0;
    this.#forgetHeld();
    await this.webhook?.stop(0);
    await this.#working;
  }

  #resume(deliveries: readonly MlSignal[]): void {
    for (const signal of deliveries) this.webhook?.add(signal);
    if (this.webhook === null && deliveries.length > 0)
      this.#deps.log.warn(
        { deliveries: deliveries.length },
        'Deliveries of an earlier run are given up: there is no WEBHOOK_URL any more.',
      );
  }

  #fail(fault: Error | null): void {
    this.#taking = false;
    this.#cut.abort();
    this.#end(fault);
  }

  #done(signal: MlSignal, why: GivenUp | null): void {
    this.#deps.figures.done(why === null);
    if (why !== null) this.#givenUp.push({ signal, why });
    this.changed();
  }

  get #due(): boolean {
    return this.#taking && (this.#changed || this.#waiting.length > 0);
  }

  #proceed(): void {
    if (this.#working !== null || !this.#due) return;
    this.#working = this.#work().finally(() => {
      this.#working = null;
      this.#proceed();
    });
  }

  async #work(): Promise<void> {
    try {
      while (this.#due) {
        await this.#step(this.#waiting.splice(0, MOST_MESSAGES));
        await sleep(SAVE_INTERVAL_MS, undefined, { signal: this.#cut.signal }).catch(() => undefined);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Takes messages, saves, and only then lets anybody know of it. */
  async #step(messages: readonly Received[]): Promise<void> {
    const { book, webhook } = this;
    const { now, agesByClock, figures, queue } = this.#deps;
    this.#changed = false;
    this.#underWay.push(...messages);
    if (agesByClock) book.reached(now());
    const parked = messages.flatMap((message) => this.#take(message));
    const givenUp = this.#givenUp.map(({ signal, why }) => parkedDelivery(signal, why, queue));
    book.outcomes.settle();
    await this.#outputs.park([...parked, ...givenUp]);
    this.#givenUp.splice(0, givenUp.length);
    const told = [...book.outcomes.told];
    const accepted = this.#intake.accepted.length;
    await this.#save();
    await this.#outputs.publish(outcomeMessages(told));
    book.outcomes.confirmed(told.length);
    figures.published(told);
    // The next run shall know that they are published.
    if (told.length > 0) this.#changed = true;
    for (const signal of this.#intake.takeAccepted(accepted)) webhook?.add(signal);
    this.#answer(messages, parked);
  }

  #take(message: Received): Parked[] {
    const { unusable } = message;
    const { queue } = this.#deps;
    if (unusable !== null) return [parkedWhole(message, unusable, queue)];
    return this.#intake.message(message).map((refused) => parkedPart(message, refused, queue));
  }

  async #save(): Promise<void> {
    const waiting = this.webhook === null ? [] : [...this.webhook.waiting, ...this.#intake.accepted];
    const state = encodeState({
      book: this.book.export(),
      deliveries: [...this.#givenUp.map(({ signal }) => signal), ...waiting],
      lookedUpTo: this.lookedUpTo,
    });
    if (state.length > STATE_ALARM_BYTES)
      this.#deps.log.warn({ bytes: state.length }, 'The saved state is larger than it should be.');
    await this.#ownership.save(state);
  }

  #answer(messages: readonly Received[], parked: readonly Parked[]): void {
    const last = messages.at(-1);
    if (last === undefined || this.#cut.signal.aborted) return;
    this.#subscription.ackThrough(last.delivery.tag);
    this.#underWay.length = 0;
    const { ledger } = this.#deps;
    let refused = 0;
    for (const { reason, records } of parked) {
      ledger.rejected(reason, records);
      refused += records;
    }
    ledger.confirmed(countOf(messages) - refused);
  }
}

function countOf(messages: readonly Received[]): number {
  return messages.reduce((count, message) => count + recordCount(message), 0);
}
