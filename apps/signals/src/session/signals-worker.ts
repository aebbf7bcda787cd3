import { setTimeout as sleep } from 'node:timers/promises';
import { logNames, parkedQueue, RetryableError, signalsQueue, sinkQueues } from '@neuraltrade/contracts';
import { type Delivery, Ownership } from '@neuraltrade/messaging';
import type { CheckResult } from '@neuraltrade/service';
import { Session, type SessionDeps } from './session';

/** Messages without an answer at a time. */
const PREFETCH = 1_000;
/** Time before the state is taken over again, ms. */
const RESTART_DELAY_MS = 500;

/** Takes the state over, works on it until it is lost, and stands by to take it over again, for as long as the service runs. */
export class SignalsWorker {
  readonly #deps: Omit<SessionDeps, 'queue'>;
  readonly #stopping = new AbortController();
  readonly #stopped: Promise<void>;
  #session: Session | null = null;
  #fault = 'The state is not taken over yet.';
  #running: Promise<void> = Promise.resolve();
  #graceMs = 0;

  /** Does nothing yet. */
  constructor(deps: Omit<SessionDeps, 'queue'>) {
    this.#deps = deps;
    this.#stopped = new Promise((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => resolve());
    });
  }

  /** The session at work; null while there is none. */
  get session(): Session | null {
    return this.#session;
  }

  /** Whether the state is owned, or this replica stands by for another one. */
  health(): CheckResult {
    return { ok: this.#fault === '', reason: this.#fault };
  }

  /**
   * Takes the state over, from whoever has it. @throws PermanentError when it was saved by another release or the queues have other
   * settings; RetryableError when the log does not answer.
   */
  async start(): Promise<void> {
    const begun = await this.#begin(true);
    this.#running = this.#run(begun);
  }

  /** Ends in order: attempts to deliver may end for so many ms, and the state is saved. */
  async stop(graceMs: number): Promise<void> {
    this.#graceMs = graceMs;
    this.#stopping.abort();
    await this.#running;
    this.#fault = 'The signals service has stopped.';
  }

  async #run(first: Begun | null): Promise<void> {
    let begun = first;
    while (!this.#stopping.signal.aborted) {
      try {
        // A broker that is away may keep this waiting; no stop waits for it.
        begun ??= await Promise.race([this.#begin(false), this.#stopped.then(() => null)]);
        if (begun !== null) await this.#work(begun);
      } catch (error) {
        this.#tell(
          `The state is taken over again: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      begun = null;
      await sleep(RESTART_DELAY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }

  /**
   * Consumes, and takes the state over. @param atOnce whether that is done without a first delivery, which tells that no other
   * replica has the queue. @returns null when this is stopped or the queue is lost first.
   */
  async #begin(atOnce: boolean): Promise<Begun | null> {
    const { bus, config, now } = this.#deps;
    const queue = signalsQueue(config.QUEUE_MAX_BYTES);
    const { outcomes } = sinkQueues(config.QUEUE_MAX_BYTES);
    await bus.declare([queue, outcomes, parkedQueue(config.QUEUE_MAX_BYTES)]);
    const early: Delivery[] = [];
    let session: Session | null = null;
    let delivered: () => void = () => undefined;
    const firstDelivery = new Promise<void>((resolve) => (delivered = resolve));
    const subscription = await bus.consume(queue.name, { prefetch: PREFETCH }, (delivery) => {
      if (session !== null) return session.receive(delivery);
      early.push(delivery);
      delivered();
    });
    try {
      this.#tell('');
      if (!atOnce) await Promise.race([firstDelivery, subscription.ended, this.#stopped]);
      if (!atOnce && early.length === 0) {
        await subscription.close();
        return null;
      }
      const name = logNames.signalsState;
      const remedy =
        'Delete the log: signals that were followed or waited for their delivery are then forgotten.';
      const ownership = await Ownership.take(await bus.openLog(name), { name, now: now(), remedy });
      try {
        if (this.#stopping.signal.aborted) throw new RetryableError('The service is being stopped.');
        session = new Session({ ...this.#deps, queue: queue.name }, ownership, subscription);
      } catch (error) {
        await ownership.close();
        throw error;
      }
      for (const delivery of early) session.receive(delivery);
      return { session, ownership, subscription };
    } catch (error) {
      await subscription.close();
      throw error;
    }
  }

  async #work({ session, ownership, subscription }: Begun): Promise<void> {
    this.#session = session;
    const fault = await Promise.race([
      session.ended,
      this.#stopped.then(() => null),
      subscription.ended.then(() => new Error('its queue or connection went away')),
    ]);
    this.#session = null;
    if (fault === null) await session.stop(this.#graceMs);
    else await session.abandon();
    await subscription.close();
    await ownership.close();
    if (fault !== null) throw fault;
  }

  #tell(fault: string): void {
    if (fault === this.#fault) return;
    if (fault !== '') this.#deps.log.warn({ reason: fault }, 'signals are not taken now');
    else this.#deps.log.info('signals are taken');
    this.#fault = fault;
  }
}

/** What a session works with. */
interface Begun {
  readonly session: Session;
  readonly ownership: Ownership;
  readonly subscription: Awaited<ReturnType<SessionDeps['bus']['consume']>>;
}
