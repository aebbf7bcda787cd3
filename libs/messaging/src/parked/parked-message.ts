import { createHash } from 'node:crypto';
import { type Headers, isLog, parkedQueue, PermanentError } from '@neuraltrade/contracts';
import type { Delivery, OutgoingMessage } from '../message-bus';
import { addressOf, PARK_HEADERS, replaysOf, serviceOf } from '../parking';

/** How the broker gave a message up by itself: its own history of it, as far as it is told. */
export interface BrokerDeath {
  /** The queue that gave it up. */
  readonly queue: string;
  /** Its reason, in the broker's word. */
  readonly reason: string;
  /** Where the message was published. */
  readonly amqpExchange: string;
  /** With which routing key. */
  readonly routingKey: string;
  /** When, ms UTC of the broker; null when it does not tell. */
  readonly at: number | null;
}

/** A message that is set aside, whoever did so. */
export interface ParkedMessage {
  /** Names it: made of its content, so that it is the same whenever it is looked at. Equal copies have equal ids. */
  readonly id: string;
  /** The reason code. */
  readonly reason: string;
  /** What exactly was wrong, a sentence. */
  readonly detail: string;
  /** The service that it was taken from; '' when nothing tells. */
  readonly service: string;
  /** The queue that it was taken from; '' when nothing tells. */
  readonly queue: string;
  /** The amqp exchange that it was published on at first. */
  readonly amqpExchange: string;
  /** The routing key that it was published with at first. */
  readonly routingKey: string;
  /** When it was set aside, ms UTC; null when nothing tells. */
  readonly parkedAt: number | null;
  /** How often it was sent back to its queue before. */
  readonly replays: number;
  /** Whether the broker gave it up rather than a service. */
  readonly byBroker: boolean;
  /** How many of its headers were shortened or left out when it was set aside. */
  readonly cutHeaders: number;
  /** Its own headers. */
  readonly headers: Headers;
  /** How the body is written. */
  readonly contentType: string;
  /** As published. */
  readonly messageId: string;
  /** The body. */
  readonly body: Buffer;
}

const ID_LENGTH = 12;
const ADDED = new Set<string>(Object.values(PARK_HEADERS));
/** What brokers note on a message that they give up. */
const NOTED_BY_BROKER = /^x-(death|(first|last)-death-|delivery-count$|acquired-count$|opt-)/;

/**
 * Reads a copy as it was set aside.
 * @param death the broker's history of it; null when it has none.
 */
export function readParked(
  delivery: Omit<Delivery, 'tag' | 'redelivered'>,
  death: BrokerDeath | null,
): ParkedMessage {
  const { headers, body, contentType, messageId } = delivery;
  const parkedBy = textOf(headers[PARK_HEADERS.reason]);
  const byBroker = parkedBy === '' && death !== null;
  const reason = parkedBy || delivery.routingKey;
  const queue = byBroker ? death.queue : textOf(headers[PARK_HEADERS.queue]);
  const address = byBroker
    ? addressOf({ headers, amqpExchange: death.amqpExchange, routingKey: death.routingKey })
    : headers;
  const parkedAt = byBroker ? death.at : numberOf(headers[PARK_HEADERS.parkedAt]);
  const replays = replaysOf(headers);
  return {
    id: idOf([messageId, queue, reason, parkedAt, replays], body),
    reason,
    detail: byBroker
      ? `The broker gave it up: ${death.reason}.`
      : textOf(headers[PARK_HEADERS.detail]) || 'Nothing tells what was wrong with it.',
    service: textOf(headers[PARK_HEADERS.service]) || serviceOf(queue),
    queue,
    amqpExchange: textOf(address[PARK_HEADERS.amqpExchange]),
    routingKey: textOf(address[PARK_HEADERS.routingKey]),
    parkedAt,
    replays,
    byBroker,
    cutHeaders: numberOf(headers[PARK_HEADERS.cutHeaders]) ?? 0,
    headers: ownHeaders(headers),
    contentType,
    messageId,
    body,
  };
}

/** Beginnings of names to which nothing may be sent back beside logs, which hold state: it would be parked again for nothing. */
const NO_TARGETS = ['parked.', parkedQueue(1).name];

/**
 * @throws PermanentError when a message can never be sent back, whatever queues there are. Who may publish may also write
 *   into a header which queue it came from.
 */
export function assertReplayable({ queue }: ParkedMessage): void {
  if (queue === '') throw new PermanentError('malformed', 'nothing tells from which queue it was taken');
  if (isLog(queue) || NO_TARGETS.some((name) => queue.startsWith(name)))
    throw new PermanentError(
      'malformed',
      `${queue}, from which it says to come, is no queue of messages to be used`,
    );
}

/**
 * What is sent back to the queue that a message was taken from: body, id and headers of its own, how often it was sent back,
 * and where it was published at first, which its new way does not tell any more.
 */
export function replayOf(message: ParkedMessage): Omit<OutgoingMessage, 'amqpExchange' | 'routingKey'> {
  return {
    body: message.body,
    contentType: message.contentType,
    messageId: message.messageId,
    headers: {
      ...message.headers,
      [PARK_HEADERS.amqpExchange]: message.amqpExchange,
      [PARK_HEADERS.routingKey]: message.routingKey,
      [PARK_HEADERS.replays]: message.replays + 1,
    },
  };
}

function ownHeaders(headers: Headers): Headers {
  const own: Record<string, string | number> = {};
  for (const name in headers)
    if (!ADDED.has(name) && !NOTED_BY_BROKER.test(name)) own[name] = headers[name] as string | number;
  return own;
}

function idOf(facts: readonly unknown[], body: Buffer): string {
  return createHash('sha256').update(JSON.stringify(facts)).update(body).digest('hex').slice(0, ID_LENGTH);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
