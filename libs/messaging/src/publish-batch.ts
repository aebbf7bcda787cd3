import { fullJitterMs } from '@neuraltrade/backpressure';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageBus, OutgoingMessage, PublishOutcome } from './message-bus';

/** How a batch is published. */
export interface PublishBatchOptions {
  /** Gives up what is not confirmed yet. */
  readonly signal?: AbortSignal;
  /** Told what became of every attempt. */
  readonly onOutcome?: (outcome: PublishOutcome, message: OutgoingMessage) => void;
  /** Upper bound of the wait before the first repetition, ms; default 50. It doubles with each further one. */
  readonly backoffBaseMs?: number;
  /** Upper bound of every wait before a repetition, ms; default 2,000. */
  readonly backoffMaxMs?: number;
}

/**
 * Publishes messages until every one is confirmed. Messages of one routing key go one after the other, so that their order
 * holds through refusals and lost connections; different routing keys do not wait for each other. Whatever was not confirmed
 * is published again under its messageId: consumers may see it twice.
 * @returns whether all are confirmed; false when the signal came first.
 * @throws PermanentError when a message is too large for any broker; the others of its routing key behind it are not sent.
 */
export async function publishBatch(
  bus: MessageBus,
  messages: readonly OutgoingMessage[],
  options: PublishBatchOptions = {},
): Promise<boolean> {
  const byRoute = new Map<string, OutgoingMessage[]>();
  for (const message of messages) {
    const route = `${message.amqpExchange} ${message.routingKey}`;
    const known = byRoute.get(route);
    if (known === undefined) byRoute.set(route, [message]);
    else known.push(message);
  }
  const results = await Promise.all(
    [...byRoute.values()].map((inOrder) => publishInOrder(bus, inOrder, options)),
  );
  return results.every((confirmed) => confirmed);
}

async function publishInOrder(
  bus: MessageBus,
  messages: readonly OutgoingMessage[],
  options: PublishBatchOptions,
): Promise<boolean> {
  for (const message of messages) {
    if (!(await publishUntilConfirmed(bus, message, options))) return false;
  }
  return true;
}

async function publishUntilConfirmed(
  bus: MessageBus,
  message: OutgoingMessage,
  { signal, onOutcome, backoffBaseMs = 50, backoffMaxMs = 2_000 }: PublishBatchOptions,
): Promise<boolean> {
  for (let failures = 1; signal?.aborted !== true; failures++) {
    const outcome = await bus.publish(message);
    onOutcome?.(outcome, message);
    if (outcome === 'confirmed') return true;
    const wait = fullJitterMs(failures, backoffBaseMs, backoffMaxMs, Math.random);
    // Rejects only when the signal ends the wait, which the loop sees.
    await sleep(wait, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
  return false;
}
