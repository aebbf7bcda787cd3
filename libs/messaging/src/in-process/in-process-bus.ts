import { join } from 'node:path';
import { PermanentError, type QueueSpec } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import { openLogStore, type LogStore } from '../log/log-store';
import type { LogQueue } from '../log-queue';
import type {
  BusHealth,
  ConsumeOptions,
  Delivery,
  MessageBus,
  OutgoingMessage,
  PublishOutcome,
  QueueDepth,
  Subscription,
} from '../message-bus';
import { messageFault } from '../message-limits';
import { parkedMessage } from '../parking';
import { DELIVERY_LIMIT, OPTIONAL_QUEUE_EXPIRES_MS } from '../queue-limits';
import { durableMessage, type DurableMessage } from '../queue-files/durable-message';
import { QueueStore, type OpenedQueue } from '../queue-files/queue-store';
import { Confirm } from './confirm';
import { QueueConsumer } from './consumer';
import type { InProcessQueue, QueueEvents } from './queue';
import { QueueRegistry } from './queue-registry';
import { storedMessage, type QueueEntry } from './stored-message';
import { Turns } from './turns';

/** What an in-process bus is made of. */
export interface InProcessBusOptions {
  /**
   * The directory of the log queues and, below `queues`, of the core queues, owned by one bus at a time; null keeps all in
   * memory. Queues of other kinds are in memory always. Unanswered messages are in memory as well, up to a queue's maxBytes
   * and what its consumers hold.
   */
  readonly dataDir: string | null;
  /** Where parked, dropped and returned messages and repeated answers are counted. Publishers count their own outcomes. */
  readonly metrics?: Metrics;
  /** Upper bound of one log's files, bytes; default 20,000,000. */
  readonly logMaxBytes?: number;
  /** Size at which a log begins its next file, bytes; default 5,000,000. */
  readonly logSegmentBytes?: number;
  /**
   * What a confirmed append has behind it. 'synced' (default): it was flushed to the device, so it survives kill -9, a crash
   * of the machine and a power loss. 'written': the operating system has it, so it survives kill -9 only.
   */
  readonly logDurability?: 'synced' | 'written';
  /**
   * What a confirmed message of a core queue has behind it. 'written' (default): the operating system has it, so it
   * survives kill -9, but neither a crash of the machine nor a power loss. 'synced': it was flushed to the device.
   */
  readonly queueDurability?: 'written' | 'synced';
  /** Size at which a core queue begins its next file, bytes; default 4,000,000. */
  readonly queueSegmentBytes?: number;
  /** How long an optional queue lives without a consumer, ms; default 30 minutes. */
  readonly optionalQueueExpiresMs?: number;
  /** Returns after which a core queue parks a message with reason delivery-limit; default 1,000,000. */
  readonly deliveryLimit?: number;
  /** Told in a sentence what was mended: a stale lock taken over, a torn record cut off, unreadable records skipped, files not tidied. */
  readonly onRepair?: (sentence: string) => void;
}

/**
 * A message bus inside this process with a broker's rules. Its log queues and core queues are files below dataDir; a core
 * queue is back, with what was not answered, once it is declared again. Other queues live and die with the process.
 * @throws PermanentError when another live process, or another bus of this one, owns dataDir.
 */
export function createInProcessBus(options: InProcessBusOptions): MessageBus {
  const { dataDir, onRepair = () => undefined } = options;
  const logs = openLogStore({
    directory: dataDir,
    maxBytes: options.logMaxBytes ?? 20_000_000,
    segmentBytes: options.logSegmentBytes ?? 5_000_000,
    synced: (options.logDurability ?? 'synced') === 'synced',
    onRepair,
  });
  const queueFiles =
    dataDir === null
      ? null
      : new QueueStore({
          directory: join(dataDir, 'queues'),
          segmentBytes: options.queueSegmentBytes ?? 4_000_000,
          synced: options.queueDurability === 'synced',
          onRepair,
        });
  return new InProcessBus(logs, queueFiles, options);
}

class InProcessBus implements MessageBus {
  private readonly turns = new Turns();
  private readonly queues: QueueRegistry;
  private readonly consumers = new Set<QueueConsumer>();
  private readonly metrics: Metrics | undefined;
  private closing: Promise<void> | null = null;
  private declaring: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly logs: LogStore,
    private readonly queueFiles: QueueStore | null,
    options: InProcessBusOptions,
  ) {
    this.metrics = options.metrics;
    this.queues = new QueueRegistry({
      optionalQueueExpiresMs: options.optionalQueueExpiresMs ?? OPTIONAL_QUEUE_EXPIRES_MS,
      deliveryLimit: options.deliveryLimit ?? DELIVERY_LIMIT,
      eventsOf: (queue) => this.eventsOf(queue),
    });
  }

  declare(queues: readonly QueueSpec[]): Promise<void> {
    const { queueFiles } = this;
    if (queueFiles === null) {
      return settled(() => {
        this.assertOpen();
        this.queues.declare(queues);
      });
    }
    const declared = this.declaring.then(() => this.declareInFiles(queues, queueFiles));
    this.declaring = declared.catch(() => undefined);
    return declared;
  }

  publish(message: OutgoingMessage): Promise<PublishOutcome> {
    const fault = messageFault(message);
    if (fault !== null) return Promise.reject(fault);
    if (this.closing !== null) return Promise.resolve('unknown');
    const outcome = this.store(message);
    // One that waits for a file settles in a turn of its own anyway.
    if (typeof outcome !== 'string') return outcome;
    return new Promise((resolve) => this.turns.settle(() => resolve(outcome)));
  }

  send(message: OutgoingMessage): void {
    if (messageFault(message) !== null)
      this.metrics?.messagesFailed.inc({ stage: 'send', reason: 'too-large' });
    else if (this.closing === null) void this.store(message);
  }

  consume(
    queueName: string,
    { prefetch }: ConsumeOptions,
    onDelivery: (delivery: Delivery) => void,
  ): Promise<Subscription> {
    return settled(() => {
      this.assertOpen();
      const queue = this.consumable(queueName, prefetch);
      const consumer = new QueueConsumer(queue, prefetch, onDelivery, {
        turns: this.turns,
        publish: (message) => this.publish(message),
        onParked: (reason) => this.metrics?.parked.inc({ reason }),
        onRepeatedAnswer: () =>
          this.metrics?.messagesFailed.inc({ stage: 'consume', reason: 'repeated-answer' }),
        onEnded: () => {
          this.consumers.delete(consumer);
          this.queues.consumersChanged(queue);
        },
      });
      this.consumers.add(consumer);
      queue.attach(consumer);
      this.queues.consumersChanged(queue);
      return consumer;
    });
  }

  async openLog(name: string): Promise<LogQueue> {
    this.assertOpen();
    return this.logs.open(name);
  }

  depth(queueName: string): Promise<QueueDepth> {
    const queue = this.queues.find(queueName);
    if (queue === undefined) return Promise.resolve({ ready: 0, unacked: 0, dropped: 0 });
    return Promise.resolve({ ready: queue.readyCount, unacked: queue.unackedCount, dropped: queue.dropped });
  }

  health(): BusHealth {
    const reason =
      this.closing === null
        ? this.logs.fault || (this.queueFiles?.fault ?? '')
        : 'The message bus is closed.';
    return { ok: reason === '', reason };
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    for (const consumer of [...this.consumers]) await consumer.close();
    // Settlements keep their order: when this one has settled, every earlier confirm has.
    await new Promise<void>((resolve) => this.turns.settle(resolve));
    await this.declaring;
    await this.queueFiles?.close();
    this.queues.clear();
    await this.logs.close();
  }

  /** One declaration after the other: each is checked against what the earlier ones made. */
  private async declareInFiles(queues: readonly QueueSpec[], queueFiles: QueueStore): Promise<void> {
    this.assertOpen();
    this.queues.check(queues);
    const files = new Map<string, OpenedQueue>();
    for (const { name, kind } of queues) {
      if (kind === 'core') files.set(name, await queueFiles.open(name));
    }
    this.assertOpen();
    this.queues.declare(queues, files);
  }

  /** @returns the outcome; its promise when it waits for a file. */
  private store(message: OutgoingMessage): PublishOutcome | Promise<PublishOutcome> {
    const queues = this.queues.route(message.amqpExchange, message.routingKey);
    if (queues.length === 0) return 'returned';
    if (this.queueFiles !== null && queues.some((queue) => queue.isDurable))
      return this.storeInFiles(queues, durableMessage(message, this.queueFiles.nextOffset()));
    const stored = storedMessage(message);
    let refused = false;
    for (const queue of queues) if (!queue.offer(stored)) refused = true;
    return refused ? 'nacked' : 'confirmed';
  }

  private storeInFiles(
    queues: readonly InProcessQueue[],
    message: DurableMessage,
  ): PublishOutcome | Promise<PublishOutcome> {
    const confirm = new Confirm();
    for (const queue of queues) {
      if (queue.isDurable) confirm.expect(queue.store(message, confirm));
      else if (!queue.offer(message)) confirm.expect(false);
    }
    return confirm.outcome();
  }

  private consumable(queueName: string, prefetch: number): InProcessQueue {
    const queue = this.queues.find(queueName);
    if (queue === undefined) {
      throw new PermanentError(
        'malformed',
        `Queue ${queueName} is not declared: declare it before consuming it.`,
      );
    }
    if (!Number.isSafeInteger(prefetch) || prefetch < 1) {
      throw new PermanentError(
        'malformed',
        `A consumer of ${queueName} needs a prefetch of 1 or more, not ${prefetch}.`,
      );
    }
    if (queue.spec.kind === 'exclusive' && queue.consumerCount > 0) {
      throw new PermanentError('malformed', `Queue ${queueName} is exclusive and has its consumer already.`);
    }
    return queue;
  }

  private eventsOf(queue: () => InProcessQueue): QueueEvents {
    return {
      dropped: () => this.metrics?.messagesFailed.inc({ stage: 'queue', reason: 'dropped-oldest' }),
      overLimit: (entry) => {
        const detail = 'It was given back more often than the delivery limit allows.';
        const copy = parkedMessage(entry.message, queue().spec.name, 'delivery-limit', detail);
        const outcome = this.closing === null ? this.store(copy) : 'unknown';
        if (typeof outcome === 'string') return this.setAside(outcome, queue(), entry);
        void outcome.then((late) => {
          if (!this.setAside(late, queue(), entry)) queue().keep(entry);
        });
        return true;
      },
    };
  }

  private setAside(outcome: PublishOutcome, queue: InProcessQueue, entry: QueueEntry): boolean {
    if (outcome !== 'confirmed') return false;
    this.metrics?.parked.inc({ reason: 'delivery-limit' });
    queue.finish(entry);
    return true;
  }

  private assertOpen(): void {
    if (this.closing !== null) throw new PermanentError('malformed', 'The message bus is closed.');
  }
}

/** Runs synchronous work and gives its outcome as a promise, so that a fault rejects rather than throws. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
