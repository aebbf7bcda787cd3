import type { Headers } from '@neuraltrade/contracts';
import type { OutgoingMessage } from '../message-bus';

/** A published message, shared by every queue that has it. */
export interface StoredMessage {
  /** The bus's own copy: the publisher may reuse its buffer. */
  readonly body: Buffer;
  /** How the body is written. */
  readonly contentType: string;
  /** A copy of the publisher's. */
  readonly headers: Headers;
  /** Where it was published. */
  readonly amqpExchange: string;
  /** As published. */
  readonly routingKey: string;
  /** As published. */
  readonly messageId: string;
  /** When it is no longer worth delivering, on the clock of performance.now(), ms; Infinity = never. */
  readonly expiresAt: number;
}

/** A message's place in one queue. */
export interface QueueEntry {
  /** The message. */
  readonly message: StoredMessage;
  /** Position in the queue's order, counting up; kept when it is given back. */
  readonly position: number;
  /** How often it was handed out and given back. */
  returns: number;
}

/**
 * Copies what the publisher could change. One copy of the body serves all queues and consumers; it also frees the
 * publisher's buffer pool, of which a small body would hold a whole page as long as it waits.
 */
export function storedMessage(message: OutgoingMessage): StoredMessage {
  return {
    body: Buffer.from(message.body),
    contentType: message.contentType,
    headers: { ...message.headers },
    amqpExchange: message.amqpExchange,
    routingKey: message.routingKey,
    messageId: message.messageId,
    expiresAt: message.expirationMs === undefined ? Infinity : performance.now() + message.expirationMs,
  };
}
