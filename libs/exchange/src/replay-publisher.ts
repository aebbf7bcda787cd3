import { coreQueues } from '@neuraltrade/contracts';
import { createRawPublisher, type RawPublisher } from './raw-publisher';
import type { ReplayFeedDeps } from './replay-feed';
import { systemTimers } from './timers';

/** What publishes a capture's records as an adapter's. @param bufferMaxTicks most records held before trades are refused. */
export function createReplayPublisher(
  { bus, partitions, queueMaxBytes, source, metrics, log }: ReplayFeedDeps,
  exchange: string,
  bufferMaxTicks: number,
): RawPublisher {
  return createRawPublisher({
    bus,
    queues: coreQueues(partitions, queueMaxBytes),
    // The capture's clock stands still while the bus is waited for: what publishes must run by the machine's.
    timers: systemTimers,
    random: Math.random,
    metrics,
    log,
    exchange,
    source,
    partitions,
    bufferMaxTicks,
    batchMaxTicks: 100,
    batchFlushMs: 100,
    onConfirmed: () => undefined,
  });
}
