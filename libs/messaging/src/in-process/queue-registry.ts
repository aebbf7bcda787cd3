import { PermanentError, type QueueSpec } from '@neuraltrade/contracts';
import { TopicRouter } from '../topic-router';
import type { OpenedQueue } from '../queue-files/queue-store';
import { InProcessQueue, type QueueEvents } from './queue';

const NO_FILES: ReadonlyMap<string, OpenedQueue> = new Map();

/** How queues come and go. */
export interface QueueRegistryOptions {
  /** How long a queue that is not core lives without a consumer, ms. */
  readonly optionalQueueExpiresMs: number;
  /** Returns after which a core queue sets a message aside. */
  readonly deliveryLimit: number;
  /** What a queue tells; made for each queue, which can be asked for once it exists. */
  readonly eventsOf: (queue: () => InProcessQueue) => QueueEvents;
}

interface Registered {
  readonly queue: InProcessQueue;
  /** Runs while an optional or exclusive queue has no consumer. */
  unusedTimer: NodeJS.Timeout | null;
}

/** The declared queues and their bindings. */
export class QueueRegistry {
  private readonly registered = new Map<string, Registered>();
  private readonly router = new TopicRouter<InProcessQueue>();

  constructor(private readonly options: QueueRegistryOptions) {}

  /**
   * Declares queues; one that exists keeps its messages and gets the bindings it does not have yet.
   * @param files of the queues that are kept in files, by name; used for those that are new.
   * @throws PermanentError when a queue exists with other settings or a bound is no positive number; nothing is declared then.
   */
  declare(specs: readonly QueueSpec[], files: ReadonlyMap<string, OpenedQueue> = NO_FILES): void {
    this.check(specs);
    for (const spec of specs) {
      const known = this.registered.get(spec.name) ?? this.create(spec, files.get(spec.name) ?? null);
      for (const { amqpExchange, pattern } of spec.bindings)
        this.router.bind(amqpExchange, pattern, known.queue);
      this.watchUse(known);
    }
  }

  /** @throws PermanentError when declaring these would. */
  check(specs: readonly QueueSpec[]): void {
    for (const spec of specs) this.checkOne(spec);
  }

  /** A declared queue; undefined when there is none of that name. */
  find(name: string): InProcessQueue | undefined {
    return this.registered.get(name)?.queue;
  }

  /** The queues that a message goes to, each once. */
  route(amqpExchange: string, routingKey: string): readonly InProcessQueue[] {
    return this.router.route(amqpExchange, routingKey);
  }

  /** To be called when a queue's number of consumers changed. */
  consumersChanged(queue: InProcessQueue): void {
    const known = this.registered.get(queue.spec.name);
    if (known?.queue !== queue) return;
    if (queue.spec.kind === 'exclusive' && queue.consumerCount === 0) this.remove(known);
    else this.watchUse(known);
  }

  /** Forgets everything and stops its timers. */
  clear(): void {
    for (const known of this.registered.values()) this.remove(known);
  }

  private create(spec: QueueSpec, files: OpenedQueue | null): Registered {
    const { deliveryLimit, eventsOf } = this.options;
    const queue: InProcessQueue = new InProcessQueue(
      spec,
      deliveryLimit,
      eventsOf(() => queue),
      files,
    );
    const known = { queue, unusedTimer: null };
    this.registered.set(spec.name, known);
    return known;
  }

  private checkOne(spec: QueueSpec): void {
    if (!(spec.maxBytes > 0)) {
      throw new PermanentError(
        'malformed',
        `Queue ${spec.name} needs maxBytes above 0, not ${spec.maxBytes}.`,
      );
    }
    const known = this.registered.get(spec.name)?.queue.spec;
    if (known === undefined) return;
    const differences = (['kind', 'singleActiveConsumer', 'maxBytes'] as const)
      .filter((setting) => known[setting] !== spec[setting])
      .map((setting) => `${setting} is ${known[setting]}, asked for was ${spec[setting]}`);
    if (differences.length > 0) {
      throw new PermanentError(
        'malformed',
        `Queue ${spec.name} exists with other settings: ${differences.join('; ')}. Use the same settings everywhere, or remove the queue first.`,
      );
    }
  }

  private watchUse(known: Registered): void {
    if (known.unusedTimer !== null) clearTimeout(known.unusedTimer);
    known.unusedTimer = null;
    if (known.queue.spec.kind === 'core' || known.queue.consumerCount > 0) return;
    known.unusedTimer = setTimeout(() => this.remove(known), this.options.optionalQueueExpiresMs).unref();
  }

  private remove(known: Registered): void {
    if (known.unusedTimer !== null) clearTimeout(known.unusedTimer);
    this.router.unbind(known.queue);
    this.registered.delete(known.queue.spec.name);
  }
}
