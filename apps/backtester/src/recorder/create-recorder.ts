import {
  decodeBatch,
  parkedQueue,
  PermanentError,
  type ProcessedTick,
  recorderQueue,
} from '@neuraltrade/contracts';
import {
  BatchConsumer,
  type Delivery,
  type MessageBus,
  QueueDepths,
  tellStatus,
  type UnusableMessage,
  wordOfChecks,
} from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { Check, Logger } from '@neuraltrade/service';
import type { TickArchive, TickHistory } from '@neuraltrade/storage';
import type { RecorderConfig } from './config';
import { Housekeeping } from './housekeeping';

const COMPONENT = 'backtester';
/** Unanswered messages: one batch that is written and one that is gathered. */
const PREFETCH = 2_048;
const MAX_BATCH = 1_024;

/** What a recorder is made of. */
export interface RecorderDeps {
  /** Where ticks come from. */
  readonly bus: MessageBus;
  /** Where they are recorded; the recorder does not close it. */
  readonly archive: TickArchive;
  /** The same archive as it is read; the recorder does not close it. */
  readonly recorded: Pick<TickHistory, 'countTicks'>;
  /** Where what the queue lost is read; null = nothing is repaired. */
  readonly store: TickHistory | null;
  /** Where faults are told. */
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Where everything is counted. */
  readonly metrics: Metrics;
  /** The wall clock, ms UTC. */
  readonly now: () => number;
  /** Settings. */
  readonly config: RecorderConfig;
}

/** A running recorder. */
export interface Recorder {
  /** Ready when ticks are consumed and the last file was written. */
  readonly checks: readonly Check[];
  /** Writes what it holds and ends. */
  stop(): Promise<void>;
}

/**
 * Starts to record ticks in an archive. A message is acknowledged when its ticks are in files.
 * @throws what the bus throws when the queue exists with other settings.
 */
export async function createRecorder(deps: RecorderDeps): Promise<Recorder> {
  const { bus, archive, log, metrics, config, now } = deps;
  const ledger = metrics.ledger(COMPONENT);
  let held = 0;
  ledger.holds(() => held);
  const figures = { ticksRecorded: 0, ticksRepeated: 0, ticksUnusable: 0 };

  const record = async (deliveries: readonly Delivery[]): Promise<readonly UnusableMessage[]> => {
    const unusable: UnusableMessage[] = [];
    const ticks: ProcessedTick[] = [];
    for (const delivery of deliveries) {
      try {
        const { records, faults } = decodeBatch('ticks', delivery);
        ticks.push(...records);
        figures.ticksUnusable += faults.length;
        ledger.received(records.length + faults.length);
        ledger.rejected('malformed', faults.length);
      } catch (error) {
        if (!(error instanceof PermanentError)) throw error;
        unusable.push({ delivery, reason: error.reason, detail: error.message });
        ledger.received(1);
        ledger.rejected(error.reason, 1);
        metrics.parked.inc({ reason: error.reason });
      }
    }
    held += ticks.length;
    try {
      const { written, repeated } = await archive.write(ticks);
      ledger.confirmed(written);
      ledger.rejected('repeated', repeated);
      metrics.batchSize.observe({ kind: 'ticks' }, written);
      figures.ticksRecorded += written;
      figures.ticksRepeated += repeated;
    } catch (error) {
      ledger.rejected('returned-to-queue', ticks.length);
      throw error;
    } finally {
      held -= ticks.length;
    }
    return unusable;
  };

  const queue = recorderQueue(config.QUEUE_MAX_BYTES);
  const consumer = new BatchConsumer({
    ...{ bus, queue, prefetch: PREFETCH, maxBatch: MAX_BATCH, gatherMs: config.RECORD_FLUSH_MS },
    topology: [queue, parkedQueue(config.QUEUE_MAX_BYTES)],
    handle: record,
    onFault: (fault) => {
      if (fault === '') log.info('Ticks are recorded.');
      else log.warn({ fault }, 'Ticks are not recorded now');
    },
  });
  await consumer.start();
  const housekeeping = new Housekeeping(deps);
  const depths = new QueueDepths(bus, () => [queue.name]);
  const checks: Check[] = [
    { name: 'recorder', probe: () => ({ ok: consumer.fault === '', reason: consumer.fault }) },
  ];
  const endStatus = tellStatus({
    bus,
    component: COMPONENT,
    now,
    read: () => {
      const word = wordOfChecks(checks, {
        ...figures,
        ticksRepaired: housekeeping.repaired,
        ...(depths.waiting !== null && { waitingMessages: depths.waiting }),
      });
      return word.detail === '' ? { ...word, detail: housekeeping.fault } : word;
    },
  });
  return {
    checks,
    stop: async () => {
      await consumer.flush();
      await consumer.stop();
      await housekeeping.stop();
      depths.stop();
      endStatus();
    },
  };
}
