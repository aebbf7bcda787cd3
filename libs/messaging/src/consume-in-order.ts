import { PermanentError, RetryableError, type ParkReason } from '@neuraltrade/contracts';
import { Deque } from './deque';
import type { Delivery, MessageBus, Subscription } from './message-bus';

/** What becomes of a message after its handler: done, to be handled again, or set aside with a reason. */
export type Verdict =
  | 'ack'
  | 'requeue'
  | {
      /** Why it is set aside. */
      readonly park: ParkReason;
      /** What exactly is wrong, a sentence. */
      readonly detail: string;
    };

/** How a queue is consumed in order. */
export interface OrderedConsumeOptions {
  /** Most deliveries held here at a time, the one being handled included; >= 1. */
  readonly prefetch: number;
  /** Told of every failure that the handler did not announce by RetryableError or PermanentError; the message is handled again. */
  readonly onError: (error: unknown, delivery: Delivery) => void;
  /** Longest wait before the first repetition, ms; default 100. Each further one may take twice as long. */
  readonly backoffBaseMs?: number;
  /** Longest wait before any repetition, ms; default 15,000. */
  readonly backoffMaxMs?: number;
}

/** A queue being handled in order. */
export interface OrderedConsumer {
  /** Lets the handler finish and gives its answer, then gives everything else back to the queue, in order. */
  close(): Promise<void>;
  /** Settles when it ended: 'closed' by us, 'lost' when the queue or the connection went away; consume again then. */
  readonly ended: Promise<'closed' | 'lost'>;
}

/**
 * Handles a queue's messages one at a time in queue order. A message to be requeued is kept and handled again here after a
 * backoff with full jitter, `redelivered` set: sent back, it would return behind what is prefetched already. It stays
 * unanswered meanwhile, so it goes back to the queue when this process ends. A handler that throws: PermanentError parks
 * with its reason; RetryableError requeues; anything else requeues and is reported. A message that cannot be parked now
 * is tried again in the same way.
 * @throws PermanentError when the queue cannot be consumed.
 */
export async function consumeInOrder(
  bus: MessageBus,
  queue: string,
  options: OrderedConsumeOptions,
  handler: (delivery: Delivery) => Promise<Verdict>,
): Promise<OrderedConsumer> {
  const worker = new InOrder(options, handler);
  const subscription = await bus.consume(queue, { prefetch: options.prefetch }, (delivery) =>
    worker.add(delivery),
  );
  return worker.start(subscription);
}

class InOrder {
  private readonly waiting = new Deque<Delivery>();
  private subscription: Subscription | null = null;
  private running: Promise<void> = Promise.resolve();
  private busy = false;
  private stopped = false;
  private cutWait: () => void = () => undefined;

  constructor(
    private readonly options: OrderedConsumeOptions,
    private readonly handler: (delivery: Delivery) => Promise<Verdict>,
  ) {}

  start(subscription: Subscription): OrderedConsumer {
    this.subscription = subscription;
    void subscription.ended.then(() => this.stop());
    this.proceed();
    return {
      ended: subscription.ended,
      close: async () => {
        this.stop();
        await this.running;
        await subscription.close();
      },
    };
  }

  add(delivery: Delivery): void {
    this.waiting.push(delivery);
    this.proceed();
  }

  private proceed(): void {
    if (!this.busy && this.subscription !== null) this.running = this.run(this.subscription);
  }

  private stop(): void {
    this.stopped = true;
    this.cutWait();
  }

  private async run(subscription: Subscription): Promise<void> {
    this.busy = true;
    while (!this.stopped) {
      const delivery = this.waiting.shift();
      if (delivery === undefined) break;
      await this.settle(subscription, delivery);
    }
    this.busy = false;
  }

  private async settle(subscription: Subscription, delivery: Delivery): Promise<void> {
    const { backoffBaseMs = 100, backoffMaxMs = 15_000 } = this.options;
    let current = delivery;
    for (let longest = backoffBaseMs; !this.stopped; longest *= 2) {
      if (await this.attempt(subscription, current)) return;
      current = { ...delivery, redelivered: true };
      await this.wait(Math.random() * Math.min(longest, backoffMaxMs));
    }
  }

  /** @returns whether the delivery has its answer. */
  private async attempt(subscription: Subscription, delivery: Delivery): Promise<boolean> {
    try {
      const verdict = await this.verdict(delivery);
      if (verdict === 'requeue') return false;
      if (verdict === 'ack') subscription.ack(delivery.tag);
      else await subscription.park(delivery.tag, verdict.park, verdict.detail);
      return true;
    } catch (error) {
      if (!(error instanceof RetryableError)) this.options.onError(error, delivery);
      return false;
    }
  }

  private async verdict(delivery: Delivery): Promise<Verdict> {
    try {
      return await this.handler(delivery);
    } catch (error) {
      if (error instanceof PermanentError) return { park: error.reason, detail: error.message };
      throw error;
    }
  }

  private wait(ms: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.cutWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
