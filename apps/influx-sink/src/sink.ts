import { type BatchRecords, parkedQueue, sinkQueues } from '@neuraltrade/contracts';
import type { MessageBus } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { Check } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { SinkConfig } from './config';
import { conflate } from './conflate';
import { Lane, type LaneOptions, type StoredKind } from './lane';
import type { SinkLog } from './sink-log';

/** What a sink is made of. */
export interface SinkDeps {
  /** Where records come from. */
  readonly bus: MessageBus;
  /** Where they are stored; the sink does not close it. */
  readonly store: MarketStore;
  /** Where faults are told. */
  readonly log: SinkLog;
  /** Where everything is counted. */
  readonly metrics: Metrics;
  /** The wall clock, ms UTC. */
  readonly now: () => number;
  /** Batch and retry settings. */
  readonly config: SinkConfig;
}

/** A running sink. */
export interface Sink {
  /** One check a queue: it is consumed, and its last write was stored. */
  readonly checks: readonly Check[];
  /**
   * Takes nothing more, stores what it holds, acks it and ends its subscriptions. What the store does not take at once
   * stays in the queues: no stop waits for a store that is away.
   */
  stop(): Promise<void>;
}

/**
 * Starts to take ticks, closed candles, gaps and signals from their queues to the store.
 * @throws what the bus throws when the queues cannot be declared or consumed.
 */
export async function createSink({ store, ...deps }: SinkDeps): Promise<Sink> {
  const queues = sinkQueues(deps.config.QUEUE_MAX_BYTES);
  const topology = [...Object.values(queues), parkedQueue(deps.config.QUEUE_MAX_BYTES)];
  const lane = <K extends StoredKind>(
    own: Pick<LaneOptions<K>, 'kind' | 'queue' | 'write'>,
    prepare: LaneOptions<K>['prepare'] = (records: readonly BatchRecords[K][]) => records,
  ): Lane<K> => new Lane({ ...deps, ...own, prepare, topology });

  const lanes = [
    lane({ kind: 'ticks', queue: queues.ticks.name, write: (ticks) => store.writeTicks(ticks) }),
    lane(
      { kind: 'candles', queue: queues.ohlcv.name, write: (candles) => store.writeCandles(candles) },
      conflate,
    ),
    lane({ kind: 'gaps', queue: queues.events.name, write: (gaps) => store.writeGaps(gaps) }),
    lane({ kind: 'signals', queue: queues.signals.name, write: (signals) => store.writeSignals(signals) }),
  ] as const;
  const stop = async (): Promise<void> => {
    await Promise.all(lanes.map((one) => one.stop()));
  };
  try {
    for (const one of lanes) await one.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { checks: lanes.map((one) => one.check), stop };
}
