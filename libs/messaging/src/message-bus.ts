import type { AmqpExchange, Headers, ParkReason, QueueSpec } from '@neuraltrade/contracts';
import type { LogQueue } from './log-queue';

/** Publish and subscribe with confirms: RabbitMQ, or the same rules inside this process. One contract suite holds both. */
export interface MessageBus {
  /**
   * Declares every amqp exchange and these queues with their bindings; repeating it is harmless.
   * @throws PermanentError when a queue exists with other settings, naming the queue and what differs.
   */
  declare(queues: readonly QueueSpec[]): Promise<void>;
  /**
   * Publishes one message that must be stored; the outcome tells what became of it. Never settles and never delivers within
   * the call. A queue that is full refuses (core) or drops its oldest (others).
   * @throws PermanentError only when no broker could take the message: body, headers or routing key are too large.
   */
  publish(message: OutgoingMessage): Promise<PublishOutcome>;
  /** Publishes one message that nobody waits for: it may be lost, the more so while the broker is away, and no outcome is told. */
  send(message: OutgoingMessage): void;
  /**
   * Starts deliveries of a declared queue. `onDelivery` is called in queue order, first after this promise has settled, so
   * that it can answer through the subscription; it must not throw.
   * @throws PermanentError when the queue is not declared, or is exclusive and has its consumer.
   */
  consume(
    queue: string,
    options: ConsumeOptions,
    onDelivery: (delivery: Delivery) => void,
  ): Promise<Subscription>;
  /** Opens a log queue, creating it when it does not exist. */
  openLog(name: string): Promise<LogQueue>;
  /** The queue's messages that wait for delivery; 0 for an unknown queue. */
  depth(queue: string): Promise<QueueDepth>;
  /** Whether the bus can do its job now. */
  health(): BusHealth;
  /** Ends every subscription, waits for outstanding confirms, releases files and sockets. */
  close(): Promise<void>;
}

/** A message on its way out. */
export interface OutgoingMessage {
  /** Where it is published. */
  readonly amqpExchange: AmqpExchange;
  /** Words separated by dots, matched against the bindings. */
  readonly routingKey: string;
  /** The body; taken over by value within the call. */
  readonly body: Buffer;
  /** How the body is written. */
  readonly contentType: string;
  /** Short texts and numbers. */
  readonly headers: Headers;
  /** Stable over repeats of the same content, so that a repeat can be recognised. */
  readonly messageId: string;
  /** 0 (default) to 9; a hint that in-process queues ignore. */
  readonly priority?: number;
  /** Time to live in a queue, ms; absent = until consumed. */
  readonly expirationMs?: number;
  /**
   * The delivery mode that the broker is told; default true for publish, false for send. No queue of ours depends on it: core
   * and optional queues keep everything over a restart, exclusive ones nothing.
   */
  readonly persistent?: boolean;
}

/**
 * What became of a published message.
 * confirmed: every queue that it was routed to has it. nacked: at least one queue refused it (it may be in others), or too
 * much waits in front of the broker already: try again, in order. returned: no queue is bound for it, a fault of the topology. unknown: no answer came in time or the
 * connection was lost: it may or may not be stored, try again.
 */
export type PublishOutcome = 'confirmed' | 'nacked' | 'returned' | 'unknown';

/** How a queue is consumed. */
export interface ConsumeOptions {
  /** Most deliveries that may be outstanding, >= 1. */
  readonly prefetch: number;
}

/** One message handed to a consumer, which owes exactly one answer for its tag. */
export interface Delivery {
  /** Counts up from 1 within its subscription. */
  readonly tag: number;
  /** The body; shared with other consumers, never changed. */
  readonly body: Buffer;
  /** How the body is written. */
  readonly contentType: string;
  /** As published. */
  readonly headers: Headers;
  /** Where it was published. */
  readonly amqpExchange: string;
  /** As published. */
  readonly routingKey: string;
  /** As published. */
  readonly messageId: string;
  /** Whether it may have been delivered before. */
  readonly redelivered: boolean;
}

/**
 * A running consumer. Answers for tags of an ended subscription are dropped, and so is a second answer for a tag. Between
 * requeue and redelivery the deliveries already under way come first: order is kept only by a prefetch of 1 or by close().
 */
export interface Subscription {
  /** Takes a delivery off the queue for good. */
  ack(tag: number): void;
  /** Takes this delivery and every earlier unanswered one off the queue. */
  ackThrough(tag: number): void;
  /** Puts a delivery back at the head of its queue; it comes again with redelivered = true. */
  requeue(tag: number): void;
  /**
   * Sets a delivery aside on market.parked with reason, detail, source queue and original headers, then acks it.
   * @throws RetryableError when the copy was not confirmed; the delivery stays unanswered.
   */
  park(tag: number, reason: ParkReason, detail: string): Promise<void>;
  /** Ends it; unanswered deliveries go back to the queue in their order, and only then may another consumer get them. */
  close(): Promise<void>;
  /** Settles when it ended: 'closed' by us, 'lost' when the queue, channel or connection went away. */
  readonly ended: Promise<'closed' | 'lost'>;
}

/** How full a queue is. */
export interface QueueDepth {
  /** Messages ready for delivery. */
  readonly ready: number;
  /** Messages delivered and not yet answered; 0 where the broker does not tell. */
  readonly unacked: number;
  /** Messages that a full queue dropped at its head since it was made; absent where the broker does not tell. */
  readonly dropped?: number;
}

/** Whether the bus works, and if not, why, in one sentence. */
export interface BusHealth {
  /** True when messages can be published and consumed. */
  readonly ok: boolean;
  /** Empty when ok. */
  readonly reason: string;
}
