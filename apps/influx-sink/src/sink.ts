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
  /**
   * Rejects with a sentence until the store can be written to: nothing is consumed before that, at the start and after a long
   * outage, and the start does not wait for it. Absent = it always can, and a start that fails is told at once.
   */
  readonly storeReady?: () => Promise<void>;
  /** How long messages are held while such a store is away before they go back to their queues, ms; default 300,000. */
  readonly longestHoldMs?: number;
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
export async function createSink({ store, storeReady, ...deps }: SinkDeps): Promise<Sink> {
  const gate = storeReady === undefined ? {} : { storeReady: shared(storeReady) };
  const queues = sinkQueues(deps.config.QUEUE_MAX_BYTES);
  const topology = [...Object.values(queues), parkedQueue(deps.config.QUEUE_MAX_BYTES)];
  const lane = <K extends StoredKind>(
    own: Pick<LaneOptions<K>, 'kind' | 'queue' | 'write'>,
    prepare: LaneOptions<K>['prepare'] = (records: readonly BatchRecords[K][]) => records,
  ): Lane<K> => new Lane({ ...deps, ...gate, ...own, prepare, topology });

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

/** One look at the store serves all lanes that ask at the same time. */
function shared(look: () => Promise<void>): () => Promise<void> {
  let looking: Promise<void> | null = null;
  return () =>
    (looking ??= look().finally(() => {
      looking = null;
    }));
}
