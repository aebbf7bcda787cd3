import { RetryableError, type ParkReason } from '@neuraltrade/contracts';
import { Deque } from '../deque';
import type { Delivery, OutgoingMessage, PublishOutcome, Subscription } from '../message-bus';
import { parkedMessage } from '../parking';
import type { InProcessQueue, QueueTaker } from './queue';
import type { QueueEntry } from './stored-message';
import type { Deliverer, Turns } from './turns';

/** What a consumer needs of its bus. */
export interface ConsumerDeps {
  /** When deliveries are handed out. */
  readonly turns: Turns;
  /** Publishes the copy of a parked message. */
  readonly publish: (message: OutgoingMessage) => Promise<PublishOutcome>;
  /** A message was set aside. */
  readonly onParked: (reason: ParkReason) => void;
  /** An answer came for a tag that was never handed out or has its answer already. */
  readonly onRepeatedAnswer: () => void;
  /** The consumer has left its queue. */
  readonly onEnded: () => void;
}

/** One consumer of an in-process queue. */
export class QueueConsumer implements Subscription, QueueTaker, Deliverer {
  /** Settles as `closed`: an in-process queue never goes away under its consumer. */
  readonly ended: Promise<'closed' | 'lost'>;
  private settleEnded: (how: 'closed') => void = () => undefined;
  private readonly waiting = new Deque<QueueEntry>();
  private readonly unanswered = new Map<number, QueueEntry>();
  private lastTag = 0;
  private enlisted = false;
  private closed = false;

  constructor(
    private readonly queue: InProcessQueue,
    private readonly prefetch: number,
    private readonly onDelivery: (delivery: Delivery) => void,
    private readonly deps: ConsumerDeps,
  ) {
    this.ended = new Promise((resolve) => (this.settleEnded = resolve));
  }

  /** Whether one more message may be outstanding. */
  get hasCredit(): boolean {
    return this.outstanding < this.prefetch;
  }

  /** Messages taken and not yet answered. */
  get outstanding(): number {
    return this.waiting.length + this.unanswered.size;
  }

  /** Takes a message over, to be handed out in a turn of its own. */
  take(entry: QueueEntry): void {
    this.waiting.push(entry);
    if (this.enlisted) return;
    this.enlisted = true;
    this.deps.turns.enlist(this);
  }

  /** Hands out up to that many. @returns whether there are more. */
  deliver(limit: number): boolean {
    for (let i = 0; i < limit && !this.closed; i++) {
      const entry = this.waiting.shift();
      if (entry === undefined) break;
      const { body, contentType, headers, amqpExchange, routingKey, messageId } = entry.message;
      const tag = ++this.lastTag;
      this.unanswered.set(tag, entry);
      const redelivered = entry.returns > 0;
      this.onDelivery({ tag, body, contentType, headers, amqpExchange, routingKey, messageId, redelivered });
    }
    this.enlisted = this.waiting.length > 0;
    return this.enlisted;
  }

  /** Takes a delivery off the queue for good. */
  ack(tag: number): void {
    const entry = this.answer(tag);
    if (entry === undefined) return;
    this.queue.finish(entry);
    this.queue.pump();
  }

  /** Takes this delivery and every earlier unanswered one off the queue. */
  ackThrough(tag: number): void {
    if (this.closed) return;
    let answered = 0;
    for (const [held, entry] of this.unanswered) {
      if (held > tag) break;
      this.unanswered.delete(held);
      this.queue.finish(entry);
      answered += 1;
    }
    if (answered > 0) this.queue.pump();
    else this.deps.onRepeatedAnswer();
  }

  /** Puts a delivery back at the head of its queue. */
  requeue(tag: number): void {
    const entry = this.answer(tag);
    if (entry === undefined) return;
    entry.returns += 1;
    this.queue.giveBack(entry);
  }

  /** Sets a delivery aside, then acks it. @throws RetryableError when the copy was not confirmed; it stays unanswered. */
  async park(tag: number, reason: ParkReason, detail: string): Promise<void> {
    if (this.closed) return;
    const entry = this.unanswered.get(tag);
    if (entry === undefined) return this.deps.onRepeatedAnswer();
    const outcome = await this.deps.publish(
      parkedMessage(entry.message, this.queue.spec.name, reason, detail),
    );
    if (outcome !== 'confirmed') {
      throw new RetryableError(
        `A message of ${this.queue.spec.name} could not be set aside as ${reason}: its copy was ${outcome}.`,
      );
    }
    this.deps.onParked(reason);
    if (!this.unanswered.delete(tag)) return;
    this.queue.finish(entry);
    this.queue.pump();
  }

  /** Ends it; what was not answered goes back in order before another consumer gets any of it. */
  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    for (const entry of this.unanswered.values()) entry.returns += 1;
    const held = [...this.unanswered.values()];
    for (let entry = this.waiting.shift(); entry !== undefined; entry = this.waiting.shift())
      held.push(entry);
    this.unanswered.clear();
    this.queue.detach(this, held);
    this.deps.onEnded();
    this.settleEnded('closed');
    return Promise.resolve();
  }

  private answer(tag: number): QueueEntry | undefined {
    if (this.closed) return undefined;
    const entry = this.unanswered.get(tag);
    if (entry === undefined) this.deps.onRepeatedAnswer();
    else this.unanswered.delete(tag);
    return entry;
  }
}
