import type { Headers } from '@neuraltrade/contracts';
import type { ConsumeMessage } from 'amqplib';
import type { Delivery } from '../message-bus';

/** The stream's position of a record; set by the broker. */
export const OFFSET_HEADER = 'x-stream-offset';

/** What the broker adds to a delivery for its own purposes; headers of ours travel as published. */
const BROKER_HEADERS = new Set([OFFSET_HEADER, 'x-delivery-count']);

/** What a consumer gets to see of a message. */
export function deliveryOf({ content, fields, properties }: ConsumeMessage): Delivery {
  const { contentType, messageId } = properties as { contentType?: string; messageId?: string };
  return {
    tag: fields.deliveryTag,
    body: content,
    contentType: contentType ?? '',
    headers: headersOf(properties.headers),
    amqpExchange: fields.exchange,
    routingKey: fields.routingKey,
    messageId: messageId ?? '',
    redelivered: fields.redelivered,
  };
}

/** The short texts and numbers among a message's headers; tables, as the broker's history of a dead letter, are left out. */
export function headersOf(headers: Readonly<Record<string, unknown>> | undefined): Headers {
  const result: Record<string, string | number> = {};
  for (const name in headers) {
    const value = headers[name];
    if (BROKER_HEADERS.has(name)) continue;
    if (typeof value === 'string' || typeof value === 'number') result[name] = value;
  }
  return result;
}
