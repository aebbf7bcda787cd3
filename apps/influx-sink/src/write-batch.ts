import { type ProcessedTick, RetryableError } from '@neuraltrade/contracts';
import type { MessageBus, Subscription } from '@neuraltrade/messaging';
import { StoreUnavailableError } from '@neuraltrade/storage';
import type { LaneOptions, Report, StoredKind } from './lane';
import { parkedRecords, type ParkedRecords } from './parking';
import type { Received } from './received';
import { type RetryOptions, untilDone, waitAskedBy } from './retry';
import { sift } from './sift';

/**
 * Stores the records of these messages, sets the bad ones aside, and only then answers for all of them. Tries for ever,
 * each step until it succeeds. @throws GivenUp when `cut` is aborted first; nothing is answered then.
 */
export async function writeBatch<K extends StoredKind>(
  lane: LaneOptions<K>,
  messages: readonly Received<K>[],
  subscription: Subscription,
  cut: AbortSignal,
  report: Report,
): Promise<void> {
  const { kind, queue, config, metrics } = lane;
  const retrying = (stage: 'store' | 'park'): RetryOptions => ({
    baseMs: config.RETRY_JITTER_MS,
    maxMs: config.MAX_RETRY_DELAY_MS,
    cut,
    askedMs: waitAskedBy,
    onFailure: (error) => {
      const needsPerson = error instanceof StoreUnavailableError && error.needsPerson;
      const reason = needsPerson
        ? 'needs-person'
        : error instanceof RetryableError
          ? 'retryable'
          : 'unexpected';
      metrics.messagesFailed.inc({ stage, reason });
      report(error instanceof Error ? error.message : String(error), needsPerson);
    },
  });

  const records = lane.prepare(messages.flatMap((message) => message.records));
  const refused = await sift(records, (some) => untilDone(() => lane.write(some), retrying('store')));
  if (records.length > refused.length) observe(lane, records, records.length - refused.length);

  let answer: number | null = null;
  for (const message of messages) {
    const { delivery, unusable } = message;
    if (unusable) {
      await untilDone(
        () => subscription.park(delivery.tag, unusable.reason, unusable.message),
        retrying('park'),
      );
      lane.log.error(
        { kind, queue, reason: unusable.reason, detail: unusable.message },
        'a message was parked',
      );
      continue;
    }
    for (const parked of parkedRecords(message, refused, queue)) {
      await untilDone(() => publish(lane.bus, parked), retrying('park'));
      metrics.parked.inc({ reason: parked.reason }, parked.count);
      const { reason, count } = parked;
      lane.log.error({ kind, queue, reason, count }, 'records of a message were parked');
    }
    answer = delivery.tag;
  }
  if (answer !== null) subscription.ackThrough(answer);
  report('');
}

async function publish(bus: MessageBus, { message }: ParkedRecords): Promise<void> {
  const outcome = await bus.publish(message);
  if (outcome !== 'confirmed') {
    throw new RetryableError(`A message for the parking queue was ${outcome}; it is published again.`);
  }
}

function observe<K extends StoredKind>(
  { kind, metrics, now }: LaneOptions<K>,
  records: readonly unknown[],
  stored: number,
): void {
  metrics.batchSize.observe({ kind }, stored);
  if (kind !== 'ticks') return;
  let oldest = Infinity;
  for (const { receivedAt } of records as readonly ProcessedTick[]) oldest = Math.min(oldest, receivedAt);
  metrics.receiveToStored.observe(Math.max(0, now() - oldest) / 1_000);
}
