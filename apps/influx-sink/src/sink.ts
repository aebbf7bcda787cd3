import { type BatchRecords, parkedQueue, sinkQueues } from '@neuraltrade/contracts';
import { type MessageBus, QueueDepths, tellStatus, wordOfChecks } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { Check } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { SinkConfig } from './config';
import { conflate } from './conflate';
import { Lane, type LaneOptions, SLOW_AFTER_MS, type StoredKind } from './lane';
import { OutageTolerance, type StorePeer } from './outage-tolerance';
import type { SinkLog } from './sink-log';

/** The sink's own component name. */
const COMPONENT = 'influx-sink';

type LaneState = Pick<Lane<StoredKind>, 'open' | 'unansweredMs'>;

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
  /** The store as a peer that can be away: its status and how long it may be away are shown. Absent = it is in this process. */
  readonly peer?: StorePeer;
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
 * Starts to take ticks, closed candles, gaps, signals and their outcomes from their queues to the store.
 * @throws what the bus throws when the queues cannot be declared or consumed.
 */
export async function createSink({ store, storeReady, peer, ...deps }: SinkDeps): Promise<Sink> {
  const { metrics, log } = deps;
  let recordsStored = 0;
  const gate = storeReady === undefined ? {} : { storeReady: shared(storeReady) };
  const queues = sinkQueues(deps.config.QUEUE_MAX_BYTES);
  const topology = [...Object.values(queues), parkedQueue(deps.config.QUEUE_MAX_BYTES)];
  const lane = <K extends StoredKind>(
    own: Pick<LaneOptions<K>, 'kind' | 'queue' | 'write' | 'onDelivery'>,
    prepare: LaneOptions<K>['prepare'] = (records: readonly BatchRecords[K][]) => records,
  ): Lane<K> => {
    const write = async (records: readonly BatchRecords[K][]): Promise<void> => {
      await own.write(records);
      recordsStored += records.length;
    };
    const ledger = metrics.ledger(`sink-${own.kind}`);
    return new Lane({ ...deps, ...gate, ...own, write, prepare, topology, ledger });
  };
  const tolerance =
    peer === undefined
      ? null
      : new OutageTolerance({
          peer,
          queue: queues.ticks.name,
          maxBytes: queues.ticks.maxBytes,
          metrics,
          log,
        });

  const lanes = [
    lane({
      kind: 'ticks',
      queue: queues.ticks.name,
      write: (ticks) => store.writeTicks(ticks),
      ...(tolerance !== null && { onDelivery: (ticks, bytes) => tolerance.took(ticks, bytes) }),
    }),
    lane(
      { kind: 'candles', queue: queues.ohlcv.name, write: (candles) => store.writeCandles(candles) },
      conflate,
    ),
    lane({ kind: 'gaps', queue: queues.events.name, write: (gaps) => store.writeGaps(gaps) }),
    lane({ kind: 'signals', queue: queues.signals.name, write: (signals) => store.writeSignals(signals) }),
    lane({
      kind: 'outcomes',
      queue: queues.outcomes.name,
      write: (outcomes) => store.writeOutcomes(outcomes),
    }),
  ] as const;
  const forgetStatus =
    peer === undefined
      ? () => undefined
      : metrics.registry.onScrape(() => showStatus(peer, store, lanes, metrics));
  const checks = lanes.map((one) => one.check);
  const queued = new QueueDepths(deps.bus, () => Object.values(queues).map(({ name }) => name));
  const parked = new QueueDepths(deps.bus, () => [parkedQueue(deps.config.QUEUE_MAX_BYTES).name]);
  const endStatus = tellStatus({
    bus: deps.bus,
    component: COMPONENT,
    now: deps.now,
    read: () =>
      wordOfChecks(checks, {
        recordsStored,
        ...(queued.waiting !== null && { queuedMessages: queued.waiting }),
        ...(parked.waiting !== null && { parkedMessages: parked.waiting }),
      }),
  });
  const stop = async (): Promise<void> => {
    tolerance?.stop();
    queued.stop();
    parked.stop();
    endStatus();
    await Promise.all(lanes.map((one) => one.stop()));
    forgetStatus();
    if (peer !== undefined) metrics.connectionStatus.set({ peer: peer.name }, 0);
  };
  try {
    for (const one of lanes) await one.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { checks, stop };
}

/** Down while nothing is consumed for its sake, paused while what was consumed is held for it. */
function showStatus(
  peer: StorePeer,
  store: MarketStore,
  lanes: readonly LaneState[],
  metrics: Metrics,
): void {
  const { ok } = store.health();
  const answers = lanes.every(({ unansweredMs }) => unansweredMs < SLOW_AFTER_MS);
  const status = ok && answers ? 1 : lanes.some(({ open }) => open) ? 0.5 : 0;
  metrics.connectionStatus.set({ peer: peer.name }, status);
}

/** One look at the store serves all lanes that ask at the same time. */
function shared(look: () => Promise<void>): () => Promise<void> {
  let looking: Promise<void> | null = null;
  return () =>
    (looking ??= look().finally(() => {
      looking = null;
    }));
}
