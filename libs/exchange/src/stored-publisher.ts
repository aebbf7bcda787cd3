import type { BatchKind, QueueSpec } from '@neuraltrade/contracts';
import type { MessageBus, OutgoingMessage, PublishOutcome } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { Log } from './log';
import { ReconnectDelay } from './reconnect-delay';
import type { Timers } from './timers';

const STAGE = 'adapter';
const RETRY_BASE_MS = 50;
const RETRY_MAX_MS = 2_000;

/** What a stored publisher needs. */
export interface StoredPublisherDeps {
  /** Where it publishes. */
  readonly bus: MessageBus;
  /** Declared again when a message turns out to have no queue. */
  readonly queues: readonly QueueSpec[];
  /** Its clock and timers. */
  readonly timers: Timers;
  /** Draws evenly from [0, 1). */
  readonly random: () => number;
  /** Where it counts. */
  readonly metrics: Metrics;
  /** Where it reports. */
  readonly log: Log;
}

/** Publishes a message again and again until the bus has it: the caller keeps order by waiting. */
export class StoredPublisher {
  readonly #deps: StoredPublisherDeps;
  readonly #faults = new Map<string, string>();
  readonly #waits = new Set<() => void>();
  #stopped = false;

  /** A publisher at work until {@link stop}. */
  constructor(deps: StoredPublisherDeps) {
    this.#deps = deps;
  }

  /** Whether the last answer for every routing key was a confirm. */
  health(): { ok: boolean; reason: string } {
    const [reason] = this.#faults.values();
    return reason === undefined ? { ok: true, reason: '' } : { ok: false, reason };
  }

  /** Resolves with true when the message is stored, with false when {@link stop} came first. Never rejects. */
  async publish(message: OutgoingMessage, kind: BatchKind, records: number): Promise<boolean> {
    const { bus, metrics, timers } = this.#deps;
    let delay: ReconnectDelay | null = null;
    while (!this.#stopped) {
      const outcome = await bus.publish(message);
      if (outcome === 'confirmed') {
        this.#faults.delete(message.routingKey);
        metrics.messagesPublished.inc({ kind });
        metrics.batchSize.observe({ kind }, records);
        return true;
      }
      await this.#noteFault(message, outcome);
      delay ??= new ReconnectDelay({ baseMs: RETRY_BASE_MS, maxMs: RETRY_MAX_MS }, this.#deps.random);
      await this.#wait(timers, delay.next());
    }
    return false;
  }

  /** Gives up whatever is not stored yet. */
  stop(): void {
    this.#stopped = true;
    for (const end of this.#waits) end();
  }

  async #noteFault(message: OutgoingMessage, outcome: Exclude<PublishOutcome, 'confirmed'>): Promise<void> {
    const { metrics } = this.#deps;
    const { routingKey } = message;
    if (outcome === 'nacked') {
      metrics.messagesNacked.inc({ stage: STAGE, reason: 'queue-full' });
      this.#faults.set(routingKey, `The queue behind ${routingKey} is full.`);
      return;
    }
    metrics.messagesFailed.inc({ stage: STAGE, reason: outcome });
    if (outcome === 'unknown') {
      this.#faults.set(routingKey, `The message bus does not answer for ${routingKey}.`);
      return;
    }
    await this.#restoreTopology(message);
  }

  /** A message without a queue is a fault of the topology, not of the message: somebody removed what we had declared. */
  async #restoreTopology({ amqpExchange, routingKey }: OutgoingMessage): Promise<void> {
    const { bus, queues, log } = this.#deps;
    const sentence = `No queue takes ${routingKey} on ${amqpExchange}: declaring the queues again.`;
    const known = this.#faults.get(routingKey) === sentence;
    this.#faults.set(routingKey, sentence);
    if (!known) log.error({ amqpExchange, routingKey }, sentence);
    try {
      await bus.declare(queues);
    } catch (error) {
      if (!known) log.error({ err: error }, 'The queues could not be declared.');
    }
  }

  #wait(timers: Timers, delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = timers.schedule(delayMs, end);
      this.#waits.add(end);
    });
  }
}
