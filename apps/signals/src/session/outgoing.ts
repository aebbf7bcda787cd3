import {
  AMQP_EXCHANGES,
  encodeBatch,
  type MlSignal,
  type ParkReason,
  type PermanentError,
  routingKeys,
  type SignalOutcome,
} from '@neuraltrade/contracts';
import { type OutgoingMessage, parkedMessage, parkedRecords } from '@neuraltrade/messaging';
import { deliveryId } from '../webhook/signed-request';
import type { GivenUp } from '../webhook/webhook';
import type { RefusedRecords } from './intake';
import { DELIVER_HEADER, type Received } from './received';

/** Most outcomes of one message. */
const MOST_OUTCOMES = 1_000;

/** Outcomes as they are published: messages of one symbol of a venue each, in their order. */
export function outcomeMessages(outcomes: readonly SignalOutcome[]): OutgoingMessage[] {
  const bySymbol = new Map<string, SignalOutcome[]>();
  for (const outcome of outcomes) {
    const routingKey = routingKeys.outcome(outcome.exchange, outcome.symbol);
    const known = bySymbol.get(routingKey);
    if (known === undefined) bySymbol.set(routingKey, [outcome]);
    else known.push(outcome);
  }
  const messages: OutgoingMessage[] = [];
  for (const [routingKey, all] of bySymbol) {
    for (let at = 0; at < all.length; at += MOST_OUTCOMES) {
      const some = all.slice(at, at + MOST_OUTCOMES);
      const [first, last] = [some[0] as SignalOutcome, some.at(-1) as SignalOutcome];
      const messageId = `${routingKey}:${first.timestamp}-${last.timestamp}:${some.length}`;
      const { signals: amqpExchange } = AMQP_EXCHANGES;
      messages.push({ amqpExchange, routingKey, messageId, ...encodeBatch('outcomes', some) });
    }
  }
  return messages;
}

/** What is set aside. */
export interface Parked {
  /** Why. */
  readonly reason: ParkReason;
  /** What is wrong with the first of it, a sentence. */
  readonly detail: string;
  /** How many records it is. */
  readonly records: number;
  /** What is published. */
  readonly message: OutgoingMessage;
}

/** The parked copy of a message that cannot be used as a whole. */
export function parkedWhole({ delivery }: Received, fault: PermanentError, queue: string): Parked {
  const { reason, message: detail } = fault;
  return { reason, detail, records: 1, message: parkedMessage(delivery, queue, reason, detail) };
}

/** The parked copy of some records of a message. */
export function parkedPart({ delivery }: Received, refused: RefusedRecords, queue: string): Parked {
  const { reason, records } = refused;
  const detail = records[0]?.fault ?? '';
  return {
    reason,
    detail,
    records: records.length,
    message: parkedRecords(delivery, queue, reason, records),
  };
}

/** The parked copy of a signal whose delivery was given up. @param queue the service's own, which it goes back to when it is replayed. */
export function parkedDelivery(signal: MlSignal, { reason, detail }: GivenUp, queue: string): Parked {
  const { body, contentType, headers } = encodeBatch('signals', [signal]);
  const copy = {
    body,
    contentType,
    headers: { ...headers, [DELIVER_HEADER]: 1 },
    amqpExchange: AMQP_EXCHANGES.signals,
    routingKey: routingKeys.signal(signal.exchange, signal.symbol),
    messageId: deliveryId(signal),
  };
  return { reason, detail, records: 1, message: parkedMessage(copy, queue, reason, detail) };
}
