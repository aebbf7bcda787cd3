import { AMQP_EXCHANGES, type ParkReason } from '@neuraltrade/contracts';
import type { Delivery, OutgoingMessage } from './message-bus';

/** What a parked message carries beside its own headers. */
export const PARK_HEADERS = {
  /** The reason code; also the routing key. */
  reason: 'x-park-reason',
  /** What exactly was wrong, a sentence. */
  detail: 'x-park-detail',
  /** The queue that it was taken from. */
  queue: 'x-source-queue',
  /** The amqp exchange that it was published on. */
  amqpExchange: 'x-original-amqp-exchange',
  /** The routing key that it was published with. */
  routingKey: 'x-original-routing-key',
} as const;

/** Header tables are small: a detail that quotes its message must not carry all of it. */
const MAX_DETAIL_LENGTH = 1_000;

/** The copy of a message that is set aside: same body, content type, id and headers, and what happened to it. */
export function parkedMessage(
  message: Omit<Delivery, 'tag' | 'redelivered'>,
  queue: string,
  reason: ParkReason,
  detail: string,
): OutgoingMessage {
  return {
    amqpExchange: AMQP_EXCHANGES.parking,
    routingKey: reason,
    body: message.body,
    contentType: message.contentType,
    headers: {
      ...message.headers,
      [PARK_HEADERS.reason]: reason,
      [PARK_HEADERS.detail]: detail.slice(0, MAX_DETAIL_LENGTH),
      [PARK_HEADERS.queue]: queue,
      [PARK_HEADERS.amqpExchange]: message.amqpExchange,
      [PARK_HEADERS.routingKey]: message.routingKey,
    },
    messageId: message.messageId,
  };
}
