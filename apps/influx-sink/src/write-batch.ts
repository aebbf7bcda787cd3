import { type ProcessedTick, RetryableError } from '@neuraltrade/contracts';
import type { MessageBus, Subscription } from '@neuraltrade/messaging';
import { StoreUnavailableError } from '@neuraltrade/storage';
import type { LaneOptions, Report, StoredKind } from './lane';
import { parkedOf, type ParkedRecords } from './parking';
import type { Received } from './received';
import { type RetryOptions, untilDone, waitAskedBy } from './retry';
import { sift } from './sift';

/** Whose batch it is, and who is told about it. */
export interface BatchContext<K extends StoredKind> {
  /** Where the messages came from. */
  readonly subscription: Subscription;
  /** When it is aborted, the attempt under way is the last one. */
  readonly cut: AbortSignal;
  /** Told why nothing is stored now, and '' when it is again. */
  readonly report: Report;
  /** Told when an attempt to write begins (true) and when the store has answered it in any way (false). */
  readonly onAttempt: (begun: boolean) => void;
  /** Told of each message that was answered. */
  readonly onAnswered: (message: Received<K>) => void;
}

/**
 * Stores the records of these messages, sets the bad ones aside, and only then answers for all of them. Tries for ever,
 * each step until it succeeds. @throws GivenUp when `cut` is aborted first; nothing is answered then.
 */
export async function writeBatch<K extends StoredKind>(
  lane: LaneOptions<K>,
  messages: readonly Received<K>[],
  { subscription, cut, report, onAttempt, onAnswered }: BatchContext<K>,
): Promise<void> {
  const { kind, queue, config, metrics, ledger } = lane;
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

  const received = messages.flatMap((message) => message.records);
  const records = lane.prepare(received);
  const attempt = (some: typeof records): Promise<void> => {
    onAttempt(true);
    return lane.write(some).finally(() => onAttempt(false));
  };
  const refused = await sift(records, (some) => untilDone(() => attempt(some), retrying('store')));
  if (records.length > refused.length) observe(lane, records, records.length - refused.length);

  let answer: number | null = null;
  const answered: Received<K>[] = [];
  const parkedCounts = new Map<string, number>();
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
      onAnswered(message);
      ledger.rejected(unusable.reason, 1);
      continue;
    }
    for (const parked of parkedOf(message, refused, queue)) {
      await untilDone(() => publish(lane.bus, parked), retrying('park'));
      metrics.parked.inc({ reason: parked.reason }, parked.count);
      const { reason, count } = parked;
      parkedCounts.set(reason, (parkedCounts.get(reason) ?? 0) + count);
      lane.log.error({ kind, queue, reason, count }, 'records of a message were parked');
    }
    answered.push(message);
    answer = delivery.tag;
  }
  if (answer !== null) subscription.ackThrough(answer);
  answered.forEach(onAnswered);
  for (const [reason, count] of parkedCounts) ledger.rejected(reason, count);
  // Of several publications of a candle in a batch only the last is written.
  ledger.rejected('replaced', received.length - records.length);
  ledger.confirmed(records.length - refused.length);
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
