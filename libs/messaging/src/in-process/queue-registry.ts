import { PermanentError, type QueueSpec } from '@neuraltrade/contracts';
import { TopicRouter } from '../topic-router';
import { InProcessQueue, type QueueEvents } from './queue';

/** How queues come and go. */
export interface QueueRegistryOptions {
  /** How long a queue that is not core lives without a consumer, ms. */
  readonly optionalQueueExpiresMs: number;
  /** Returns after which a core queue sets a message aside. */
  readonly deliveryLimit: number;
  /** What a queue tells; made for each queue. */
  readonly eventsOf: (queueName: string) => QueueEvents;
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
   * @throws PermanentError when a queue exists with other settings or a bound is no positive number; nothing is declared then.
   */
  declare(specs: readonly QueueSpec[]): void {
    for (const spec of specs) this.check(spec);
    for (const spec of specs) {
      const known = this.registered.get(spec.name) ?? this.create(spec);
      for (const { amqpExchange, pattern } of spec.bindings)
        this.router.bind(amqpExchange, pattern, known.queue);
      this.watchUse(known);
    }
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

  private create(spec: QueueSpec): Registered {
    const { deliveryLimit, eventsOf } = this.options;
    const known = { queue: new InProcessQueue(spec, deliveryLimit, eventsOf(spec.name)), unusedTimer: null };
    this.registered.set(spec.name, known);
    return known;
  }

  private check(spec: QueueSpec): void {
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
