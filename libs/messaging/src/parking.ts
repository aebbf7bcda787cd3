import { AMQP_EXCHANGES, type Headers, type ParkReason, type RecordFault } from '@neuraltrade/contracts';
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
  /** The service that set it aside. */
  service: 'x-source-service',
  /** When it was set aside, on the clock of whoever did, ms UTC. */
  parkedAt: 'x-parked-at',
  /** How many of its own headers were shortened or left out, for they had no room; absent when none. */
  cutHeaders: 'x-park-cut-headers',
  /** How often it was sent back to its queue, told by a message that was, and by its copy when it is set aside again. */
  replays: 'x-replays',
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
 * @param queue where it came from; its first word is the service that consumes it.
 * @param now our clock, ms UTC.
 */
export function parkedMessage(
  message: Omit<Delivery, 'tag' | 'redelivered'>,
  queue: string,
  reason: ParkReason,
  detail: string,
  now = Date.now(),
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
      [PARK_HEADERS.service]: serviceOf(queue),
      [PARK_HEADERS.parkedAt]: now,
      ...addressOf(message),
    },
    messageId: idWithRoom(message.messageId),
  };
}

/**
 * The message that sets aside some records of a message whose other records are good: only these, with the headers of the
 * message that they came in.
 * @param records each with what is wrong with it, a sentence.
 */
export function parkedRecords(
  message: Omit<Delivery, 'tag' | 'redelivered'>,
  queue: string,
  reason: ParkReason,
  records: readonly RecordFault[],
): OutgoingMessage {
  const body = Buffer.from(JSON.stringify(records.map(({ value }) => value)));
  const detail = [...new Set(records.map(({ fault }) => fault))].join('; ');
  return parkedMessage(
    { ...message, body, messageId: `${message.messageId}:${reason}` },
    queue,
    reason,
    detail,
  );
}

/** The service that consumes a queue, by its name ('influx-sink' of 'influx-sink.ticks'). */
export function serviceOf(queue: string): string {
  return queue.split('.', 1)[0] as string;
}

/** How often a message was sent back to its queue, by its headers. */
export function replaysOf(headers: Headers): number {
  const replays = headers[PARK_HEADERS.replays];
  return typeof replays === 'number' && replays > 0 ? replays : 0;
}

/** Where it was published at first. One that was sent back went straight to its queue, and tells in its headers from where. */
export function addressOf(
  message: Pick<Delivery, 'amqpExchange' | 'routingKey' | 'headers'>,
): Readonly<Record<typeof PARK_HEADERS.amqpExchange | typeof PARK_HEADERS.routingKey, string>> {
  const { headers } = message;
  const amqpExchange = headers[PARK_HEADERS.amqpExchange];
  const routingKey = headers[PARK_HEADERS.routingKey];
  const isReplay =
    replaysOf(headers) > 0 && typeof amqpExchange === 'string' && typeof routingKey === 'string';
  return {
    [PARK_HEADERS.amqpExchange]: isReplay ? amqpExchange : message.amqpExchange,
    [PARK_HEADERS.routingKey]: isReplay ? routingKey : message.routingKey,
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
