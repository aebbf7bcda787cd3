import { setTimeout } from 'node:timers/promises';
import { type BatchRecords, type QueueSpec, RetryableError } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import type { Metrics, RecordLedger } from '@neuraltrade/metrics';
import type { Check } from '@neuraltrade/service';
import { StoreUnavailableError } from '@neuraltrade/storage';
import type { SinkConfig } from './config';
import { untilDone, waitAskedBy } from './retry';
import { Session } from './session';
import type { SinkLog } from './sink-log';

/** A write without an answer for so long is told, ms. */
export const SLOW_AFTER_MS = 5_000;

/** What the sink stores. */
export type StoredKind = 'ticks' | 'candles' | 'gaps' | 'signals' | 'outcomes';

/** Told why nothing is stored now and whether a person must act, and '' when it is stored again. */
export type Report = (fault: string, needsPerson?: boolean) => void;

/** What one lane does, and with what. */
export interface LaneOptions<K extends StoredKind> {
  /** What its messages hold. */
  readonly kind: K;
  /** The queue that it consumes. */
  readonly queue: string;
  /** What is declared before it consumes, again after the queue was lost. */
  readonly topology: readonly QueueSpec[];
  /** Makes a batch of what was gathered: candles are conflated. */
  readonly prepare: (records: readonly BatchRecords[K][]) => readonly BatchRecords[K][];
  /** Stores a batch. */
  readonly write: (records: readonly BatchRecords[K][]) => Promise<void>;
  /** Rejects until the store can be written to; nothing is consumed meanwhile. Absent = it always can. */
  readonly storeReady?: () => Promise<void>;
  /** How long messages are held while the store is away before they go back to the queue, ms; absent = five minutes. */
  readonly longestHoldMs?: number;
  /** Where the messages come from. */
  readonly bus: MessageBus;
  /** Where faults are told. */
  readonly log: SinkLog;
  /** Where everything is counted. */
  readonly metrics: Metrics;
  /** The account of its records. */
  readonly ledger: RecordLedger;
  /** Told of each delivery: how many records came in how many bytes. */
  readonly onDelivery?: (records: number, bytes: number) => void;
  /** The wall clock, ms UTC. */
  readonly now: () => number;
  /** Batch and retry settings. */
  readonly config: SinkConfig;
}

/** Takes one queue to the store for as long as the sink runs, over lost queues and a store that is away. */
export class Lane<K extends StoredKind> {
  readonly #options: LaneOptions<K>;
  readonly #cut = new AbortController();
  readonly #stopping = new Promise<void>((resolve) => {
    this.#cut.signal.addEventListener('abort', () => resolve());
  });
  #session: Session<K> | null = null;
  #fault: string;
  #running: Promise<void> = Promise.resolve();

  /** Does nothing yet. */
  constructor(options: LaneOptions<K>) {
    this.#options = options;
    this.#fault = `The queue ${options.queue} is not consumed yet.`;
  }

  /**
   * Begins to consume. @throws what the bus throws when it cannot. Where the store may not be ready it only begins to try, for
   * as long as it takes.
   */
  async start(): Promise<void> {
    if (!this.#options.storeReady) await this.#open();
    this.#running = this.#keepOpen();
  }

  /** Ready when the queue is consumed and the last write was stored. */
  get check(): Check {
    return {
      name: `sink-${this.#options.kind}`,
      probe: () => {
        const reason = this.#fault || this.#slowness;
        return { ok: reason === '', reason };
      },
    };
  }

  /** Whether it consumes: it may hold what it cannot store. */
  get open(): boolean {
    return this.#session?.taking === true;
  }

  /** How long the write under way has had no answer, ms; 0 when none is. */
  get unansweredMs(): number {
    return this.#session?.unansweredMs ?? 0;
  }

  /** Takes nothing more, stores what it holds if the store takes it at once, answers for it and ends. */
  async stop(): Promise<void> {
    this.#cut.abort();
    await this.#session?.stop();
    await this.#running;
    this.#fault = 'The sink has stopped.';
  }

  /** A store that stands still says nothing for as long as a request may take: longer than a person should wait for a word. */
  get #slowness(): string {
    const { unansweredMs } = this;
    if (unansweredMs < SLOW_AFTER_MS) return '';
    return `A write of ${this.#options.kind} has had no answer for ${Math.round(unansweredMs / 1_000)} s.`;
  }

  async #open(): Promise<void> {
    const { bus, topology, storeReady } = this.#options;
    // Publishers need the queue, however long the store is away.
    await bus.declare(topology);
    await storeReady?.();
    if (this.#cut.signal.aborted) return;
    const session = new Session(this.#options, (fault, needsPerson) => this.#report(fault, needsPerson));
    await session.open();
    if (this.#cut.signal.aborted) return session.stop();
    this.#session = session;
    this.#report('');
  }

  async #keepOpen(): Promise<void> {
    const { queue, config } = this.#options;
    while (!this.#cut.signal.aborted) {
      try {
        if (this.#session) {
          await this.#session.ended;
          if (this.#cut.signal.aborted) return;
          if (!this.#session.gaveUp) {
            this.#report(`The queue ${queue} was lost; it is consumed again as soon as that is possible.`);
          }
          await setTimeout(config.RETRY_JITTER_MS, undefined, { signal: this.#cut.signal });
        }
        await untilDone(() => this.#openAgain(), {
          baseMs: config.RETRY_JITTER_MS,
          maxMs: config.MAX_RETRY_DELAY_MS,
          cut: this.#cut.signal,
          askedMs: waitAskedBy,
          onFailure: (error) => {
            if (error instanceof StoreUnavailableError) this.#report(error.message, error.needsPerson);
            else this.#report(`The queue ${queue} cannot be consumed: ${textOf(error)}`);
          },
        });
      } catch {
        // Cut, by stop() alone: nothing is open.
        return;
      }
    }
  }

  /** A permanent fault of the topology can be cured by a person while this runs, so that one is tried again, too. */
  async #openAgain(): Promise<void> {
    try {
      // A broker or store that is away may keep this waiting; no stop waits for it.
      await Promise.race([this.#open(), this.#stopping]);
    } catch (error) {
      if (error instanceof StoreUnavailableError) throw error;
      throw new RetryableError(textOf(error), { cause: error });
    }
  }

  #report(fault: string, needsPerson = false): void {
    if (fault === this.#fault) return;
    const { kind, log } = this.#options;
    if (needsPerson) log.error({ kind, reason: fault }, 'records are not stored until somebody acts');
    else if (fault !== '') log.warn({ kind, reason: fault }, 'records are not stored now');
    else log.info({ kind }, 'records are stored');
    this.#fault = fault;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
