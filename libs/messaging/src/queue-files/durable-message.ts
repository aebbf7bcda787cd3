import type { OutgoingMessage } from '../message-bus';
import type { StoredMessage } from '../in-process/stored-message';
import { encodeRecord, stampRecord, type ReadRecord } from '../log/record-format';

/** A message of queues in files. */
export interface DurableMessage extends StoredMessage {
  /** What is written for it, the same for every queue; its body is a part of these bytes. */
  readonly record: Buffer;
  /** Its place in the order of all messages of the bus: ascending within each queue, with holes. */
  readonly offset: number;
}

/** What a record's headers hold: everything of a message but its body. */
export interface MessageEnvelope extends Pick<
  StoredMessage,
  'contentType' | 'headers' | 'amqpExchange' | 'routingKey' | 'messageId'
> {
  /** When it is no longer worth delivering, ms UTC of our clock; absent = never. */
  readonly expiresAt?: number;
}

/** Copies what the publisher could change, laid out as it is stored: one copy serves files, queues and consumers. */
export function durableMessage(message: OutgoingMessage, offset: number): DurableMessage {
  const { amqpExchange, routingKey, contentType, messageId, expirationMs } = message;
  const properties = { amqpExchange, routingKey, contentType, messageId, headers: { ...message.headers } };
  const expiresAt = expirationMs === undefined ? Infinity : performance.now() + expirationMs;
  const envelope: MessageEnvelope =
    expiresAt === Infinity ? properties : { ...properties, expiresAt: performance.timeOrigin + expiresAt };
  const record = encodeRecord(envelope, message.body);
  stampRecord(record, offset);
  const body = record.subarray(record.length - message.body.length);
  return { ...properties, body, expiresAt, record, offset };
}

/** The message of a record that was read; copied, so that it does not hold the memory of its whole file. */
export function restoredMessage(
  { headers: envelope, body, offset }: ReadRecord<MessageEnvelope>['record'],
  bytes: Buffer,
): DurableMessage {
  const record = Buffer.from(bytes);
  const { expiresAt, ...properties } = envelope;
  return {
    ...properties,
    body: record.subarray(record.length - body.length),
    expiresAt: expiresAt === undefined ? Infinity : expiresAt - performance.timeOrigin,
    record,
    offset,
  };
}
