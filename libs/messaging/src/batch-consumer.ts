import { fullJitterMs } from '@neuraltrade/backpressure';
import { type ParkReason, PermanentError, type QueueSpec } from '@neuraltrade/contracts';
import type { Delivery, MessageBus, Subscription } from './message-bus';

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 15_000;

/** A message that cannot be used. */
export interface UnusableMessage {
  /** Which. */
  readonly delivery: Delivery;
  /** Why. */
  readonly reason: ParkReason;
  /** What exactly is wrong, a sentence. */
  readonly detail: string;
}

/** How a queue is consumed in batches. */
export interface BatchConsumerOptions {
  /** Where the queue is. */
  readonly bus: MessageBus;
  /** The queue that is consumed. */
  readonly queue: QueueSpec;
  /** Everything that is declared before it is consumed, the queue among it. */
  readonly topology: readonly QueueSpec[];
  /** Most unanswered deliveries, >= 1. */
  readonly prefetch: number;
  /** Most deliveries of a batch, >= 1. */
  readonly maxBatch: number;
  /**
   * How long deliveries are gathered behind a batch before the next one begins, ms, for handlers whose work is worth few large
   * batches; a full one begins at once. Default 0.
   */
  readonly gatherMs?: number;
  /**
   * Handles deliveries in queue order. When it has resolved they are acknowledged; those that it gives back as unusable are set
   * aside first, or let go where that is not possible now: other queues have them too. When it rejects they go back to the queue
   * and are handled again.
   */
  readonly handle: (deliveries: readonly Delivery[]) => Promise<readonly UnusableMessage[]>;
  /** Told why nothing is consumed now, and '' when it is again. */
  readonly onFault: (fault: string) => void;
}

/**
 * Handles a queue's messages in order, all that came meanwhile at once: the more it is behind, the larger its batches. It consumes
 * again, for ever, when the queue or the connection was lost. A batch that is under way then is handled to its end before the
 * deliveries that come again are.
 */
export class BatchConsumer {
  readonly #options: BatchConsumerOptions;
  #subscription: Subscription | null = null;
  #waiting: Delivery[] = [];
  #handling: Promise<void> | null = null;
  #retry: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopped = false;
  #fault: string;

  /** Does nothing yet. */
  constructor(options: BatchConsumerOptions) {
    this.#options = options;
    this.#fault = `The queue ${options.queue.name} is not consumed yet.`;
  }

  /** Why nothing is consumed now; empty when it is. */
  get fault(): string {
    return this.#fault;
  }

  /** How many deliveries wait to be handled. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Declares the topology and begins to consume; when the bus cannot do that now it is tried again in the background.
   * @throws PermanentError when the topology exists with other settings.
   */
  async start(): Promise<void> {
    try {
      await this.#attach();
    } catch (error) {
      if (error instanceof PermanentError) throw error;
      this.#attachLater(textOf(error));
    }
  }

  /** Lets the batch under way finish and handles the next one without gathering: for a consumer that is about to stop. */
  async flush(): Promise<void> {
    await this.#handling;
    this.#gathered();
    await this.#handling;
  }

  /** Lets the batch under way finish and ends; the rest goes back to the queue. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#gathering);
    this.#fault = `The queue ${this.#options.queue.name} is not consumed any more.`;
    clearTimeout(this.#retry);
    this.#waiting = [];
    await this.#handling;
    await this.#subscription?.close();
  }

  async #attach(): Promise<void> {
    const { bus, topology, queue, prefetch } = this.#options;
    await bus.declare(topology);
    if (this.#stopped) return;
    // What comes before the subscription is known waits for it.
    const waiting: Delivery[] = [];
    const subscription = await bus.consume(queue.name, { prefetch }, (delivery) => {
      waiting.push(delivery);
      this.#proceed();
    });
    if (this.#stopped) return subscription.close();
    this.#waiting = waiting;
    this.#subscription = subscription;
    this.#setFault('');
    void subscription.ended.then((how) => {
      if (this.#subscription === subscription) this.#subscription = null;
      if (how === 'lost') this.#attachLater(`The queue ${queue.name} was lost`);
    });
    this.#proceed();
  }

  #attachLater(reason: string): void {
    if (this.#stopped) return;
    this.#failures += 1;
    this.#setFault(`${reason}; it is consumed again as soon as that is possible.`);
    const waitMs = fullJitterMs(this.#failures, RETRY_BASE_MS, RETRY_MAX_MS, Math.random);
    this.#retry = setTimeout(() => {
      void this.#attach().catch((error: unknown) => this.#attachLater(textOf(error)));
    }, waitMs);
  }

  #proceed(): void {
    if (this.#handling !== null || this.#subscription === null || this.#stopped) return;
    if (this.#gathering !== undefined && this.#waiting.length < this.#options.maxBatch) return;
    const batch = this.#waiting.splice(0, this.#options.maxBatch);
    if (batch.length === 0) return;
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#handling = this.#handleBatch(batch, this.#subscription).finally(() => {
      this.#handling = null;
      const { gatherMs = 0 } = this.#options;
      if (gatherMs > 0 && !this.#stopped) this.#gathering = setTimeout(() => this.#gathered(), gatherMs);
      this.#proceed();
    });
  }

  #gathered(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#proceed();
  }

  async #handleBatch(batch: readonly Delivery[], subscription: Subscription): Promise<void> {
    try {
      const unusable = await this.#options.handle(batch);
      const parked = await Promise.all(
        unusable.map(({ delivery: { tag }, reason, detail }) =>
          subscription.park(tag, reason, detail).then(
            () => tag,
            () => null,
          ),
        ),
      );
      const last = batch.findLast(({ tag }) => !parked.includes(tag));
      if (last !== undefined) subscription.ackThrough(last.tag);
      this.#failures = 0;
    } catch (error) {
      this.#subscription = null;
      this.#waiting = [];
      // The only way back to the queue that keeps the order.
      await subscription.close();
      this.#attachLater(textOf(error));
    }
  }

  #setFault(fault: string): void {
    if (this.#stopped || fault === this.#fault) return;
    this.#fault = fault;
    this.#options.onFault(fault);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
