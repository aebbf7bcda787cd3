import { RetryableError, type ParkReason } from '@neuraltrade/contracts';
import type { ConsumeMessage } from 'amqplib';
import type { Delivery, OutgoingMessage, PublishOutcome, Subscription } from '../message-bus';
import { parkedMessage } from '../parking';
import type { BrokerSession } from './broker-session';
import { deliveryOf } from './consumed-message';
import { ConsumingChannel } from './consuming-channel';

/** What a subscription needs of its bus. */
export interface SubscriptionDeps {
  /** The queue. */
  readonly queue: string;
  /** Whether no other consumer may be on it. */
  readonly exclusive: boolean;
  /** Most deliveries without an answer. */
  readonly prefetch: number;
  /** Handed each delivery, in order. */
  readonly onDelivery: (delivery: Delivery) => void;
  /** Publishes the copy of a parked message. */
  readonly publish: (message: OutgoingMessage) => Promise<PublishOutcome>;
  /** A message was set aside. */
  readonly onParked: (reason: ParkReason) => void;
  /** An answer came for a delivery that has its answer already. */
  readonly onRepeatedAnswer: () => void;
  /** It has ended, with the reason when it was lost. */
  readonly onEnded: (how: 'closed' | 'lost', reason: string) => void;
}

/** A consumer of one queue on a channel of its own, so that delivery tags count up from 1. */
export class QueueSubscription implements Subscription {
  /** Settles when it ended. */
  readonly ended: Promise<'closed' | 'lost'>;
  /** By tag, in their order. A second answer for a tag would make the broker close the channel. */
  private readonly unanswered = new Map<number, ConsumeMessage>();
  private channel: ConsumingChannel | null = null;
  private settleEnded: (how: 'closed' | 'lost') => void = () => undefined;

  private constructor(private readonly deps: SubscriptionDeps) {
    this.ended = new Promise((resolve) => (this.settleEnded = resolve));
  }

  /** Consumes a queue. @throws Error with the broker's code when it refuses. */
  static async open(session: BrokerSession, deps: SubscriptionDeps): Promise<QueueSubscription> {
    const subscription = new QueueSubscription(deps);
    subscription.channel = await ConsumingChannel.open(session, {
      queue: deps.queue,
      prefetch: deps.prefetch,
      consume: { exclusive: deps.exclusive },
      onMessage: (message) => subscription.deliver(message),
      onEnd: (how, reason) => subscription.end(how, reason),
    });
    return subscription;
  }

  /** Takes a delivery off the queue for good. */
  ack(tag: number): void {
    const message = this.take(tag);
    if (message !== undefined) this.channel?.ack(message, false);
  }

  /** Takes this delivery and every earlier unanswered one off the queue. */
  ackThrough(tag: number): void {
    if (!this.isOpen) return;
    let last: ConsumeMessage | undefined;
    for (const [held, message] of this.unanswered) {
      if (held > tag) break;
      this.unanswered.delete(held);
      last = message;
    }
    if (last === undefined) this.deps.onRepeatedAnswer();
    else this.channel?.ack(last, true);
  }

  /** Puts a delivery back at the head of its queue. */
  requeue(tag: number): void {
    const message = this.take(tag);
    if (message !== undefined) this.channel?.giveBack(message);
  }

  /** Sets a delivery aside, then acks it. @throws RetryableError when the copy was not confirmed; it stays unanswered. */
  async park(tag: number, reason: ParkReason, detail: string): Promise<void> {
    if (!this.isOpen) return;
    const message = this.unanswered.get(tag);
    if (message === undefined) return this.deps.onRepeatedAnswer();
    const { queue } = this.deps;
    const outcome = await this.deps.publish(parkedMessage(deliveryOf(message), queue, reason, detail));
    if (outcome !== 'confirmed') {
      throw new RetryableError(
        `A message of ${queue} could not be set aside as ${reason}: its copy was ${outcome}.`,
      );
    }
    this.deps.onParked(reason);
    if (this.unanswered.delete(tag)) this.channel?.ack(message, false);
  }

  /** Ends it; the broker has everything unanswered back, in order, when this resolves. */
  async close(): Promise<void> {
    await this.channel?.close();
  }

  private get isOpen(): boolean {
    return this.channel?.isOpen === true;
  }

  private deliver(message: ConsumeMessage): void {
    this.unanswered.set(message.fields.deliveryTag, message);
    this.deps.onDelivery(deliveryOf(message));
  }

  private take(tag: number): ConsumeMessage | undefined {
    if (!this.isOpen) return undefined;
    const message = this.unanswered.get(tag);
    if (message === undefined) this.deps.onRepeatedAnswer();
    else this.unanswered.delete(tag);
    return message;
  }

  private end(how: 'closed' | 'lost', reason: string): void {
    this.unanswered.clear();
    this.settleEnded(how);
    this.deps.onEnded(how, reason);
  }
}
