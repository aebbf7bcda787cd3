import { AMQP_EXCHANGES, type Headers, type ParkReason } from '@neuraltrade/contracts';
import type { Delivery, OutgoingMessage } from './message-bus';
import { headerBytes, MAX_HEADERS_BYTES, MAX_SHORT_TEXT_BYTES } from './message-limits';

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
  /** How many of its own headers were shortened or left out, for they had no room; absent when none. */
  cutHeaders: 'x-park-cut-headers',
} as const;

/** Header tables are small: a detail that quotes its message must not carry all of it. */
const MAX_DETAIL_LENGTH = 1_000;

/** Room for what parking adds to the headers of a message, bytes. */
const PARK_HEADERS_BYTES = 8_192;
/** What is left of a text that has no room, characters. */
const CUT_TEXT_LENGTH = 100;

/**
 * The copy of a message that is set aside: same body, content type, id and headers, and what happened to it. It can always be
 * published: texts of another program's message that leave no room for that are shortened.
 */
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
      ...headersWithRoom(message.headers),
      [PARK_HEADERS.reason]: reason,
      [PARK_HEADERS.detail]: detail.slice(0, MAX_DETAIL_LENGTH),
      [PARK_HEADERS.queue]: queue,
      [PARK_HEADERS.amqpExchange]: message.amqpExchange,
      [PARK_HEADERS.routingKey]: message.routingKey,
    },
    messageId: idWithRoom(message.messageId),
  };
}

function headersWithRoom(headers: Headers): Headers {
  const fitting: Record<string, string | number> = {};
  let room = MAX_HEADERS_BYTES - PARK_HEADERS_BYTES;
  let cut = 0;
  for (const name in headers) {
    const whole = headers[name] as string | number;
    const fits = headerBytes(name, whole) <= room;
    const value = fits || typeof whole === 'number' ? whole : whole.slice(0, CUT_TEXT_LENGTH);
    const size = headerBytes(name, value);
    if (!fits) cut += 1;
    if (size > room) continue;
    room -= size;
    fitting[name] = value;
  }
  return cut === 0 ? fitting : { ...fitting, [PARK_HEADERS.cutHeaders]: cut };
}

/** Ids of records are made of the id of their message, which may have the full length already. */
function idWithRoom(messageId: string): string {
  if (Buffer.byteLength(messageId) <= MAX_SHORT_TEXT_BYTES) return messageId;
  return `${messageId.slice(0, 40)}...${messageId.slice(-40)}`;
}
