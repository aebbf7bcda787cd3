import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mlEngineQueue, signalsQueue, sinkQueues } from '@neuraltrade/contracts';
import { openRecorder } from '@neuraltrade/backtester';
import { createDashboard, type Dashboard, type VenueAddress } from '@neuraltrade/dashboard';
import { createSink } from '@neuraltrade/influx-sink';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createProcessor, type Processor } from '@neuraltrade/processor';
import type { Check, ServiceContext } from '@neuraltrade/service';
import { createSignals } from '@neuraltrade/signals';
import { openDuckDbStore } from '@neuraltrade/storage';
import type { StandaloneConfig } from './config';
import { startMlEngine } from './ml-engine';

const DRAIN_POLL_MS = 10;

/** Everything behind the adapters, running in this process. */
export interface Pipeline {
  /** Where adapters publish. */
  readonly bus: MessageBus;
  /** The page. */
  readonly dashboard: Dashboard;
  /** Whether each part can do its job. */
  readonly checks: readonly Check[];
  /** Starts a processor; a replay starts one for each session, fresh. */
  startProcessor(startFresh: boolean): Promise<Processor>;
  /** Resolves when everything published so far is stored. */
  stored(): Promise<void>;
}

/**
 * Starts store, bus, dashboard, sink, signals service, ML engine and, where it is asked for, the recorder on the data of one mode.
 * @param directory where this mode keeps its data.
 * @param emptyFirst whether what is there is removed: a replay stores its input anew.
 * @param venues where the venues answer, once that is known.
 */
export async function startPipeline(
  context: ServiceContext<StandaloneConfig>,
  directory: string,
  emptyFirst: boolean,
  venues: () => readonly VenueAddress[] = () => [],
): Promise<Pipeline> {
  const { config, log, metrics, operations, onStop } = context;
  const { tickRetentionMs } = config;
  const store = await openDuckDbStore({
    directory: join(directory, 'store'),
    emptyFirst,
    // A replay's ticks are old by nature and stay where they are.
    ...(tickRetentionMs === null || emptyFirst ? {} : { tickRetentionMs }),
    onSealed: ({ files, ticks, faults }) => {
      if (faults.length > 0) log.error({ faults }, 'Old ticks could not be sealed.');
      else if (files > 0) log.info({ files, ticks }, 'old ticks are sealed in Parquet files');
    },
  });
  onStop('store', () => store.close());
  const bus = createInProcessBus({
    dataDir: emptyFirst ? null : join(directory, 'logs'),
    metrics,
    onRepair: (sentence) => log.warn(sentence),
  });
  onStop('bus', () => bus.close());
  const dashboard = await createDashboard({
    bus,
    store,
    mode: config.source.mode,
    config: config.dashboard,
    readToken: () => context.readConfig().dashboard.authToken,
    metrics,
    log,
    now: Date.now,
    pageDirectory: join(__dirname, 'page'),
    operations,
    venues,
  });
  onStop('dashboard', () => dashboard.stop());
  const sink = await createSink({ bus, store, log, metrics, now: Date.now, config: config.sink });
  const { QUEUE_MAX_BYTES } = config.processor;
  const queues = Object.values(sinkQueues(QUEUE_MAX_BYTES)).map(({ name }) => name);
  // Signals are made of candles, and outcomes of both: they are stored last.
  const modelled = [mlEngineQueue(QUEUE_MAX_BYTES).name, signalsQueue(QUEUE_MAX_BYTES).name];
  onStop('sink', async (remainingMs) => {
    await untilEmpty(bus, queues, AbortSignal.timeout(Math.floor(remainingMs / 3)));
    await sink.stop();
  });
  const signals = await createSignals({
    bus,
    store,
    config: config.signals,
    metrics,
    log,
    now: Date.now,
    isReplay: emptyFirst,
  });
  onStop('signals', (remainingMs) => signals.stop(remainingMs / 3));
  const modelChecks = await startMlEngine(context, { bus, store, isReplay: emptyFirst });
  const { mode } = config.source;
  const recorder =
    config.RECORD_PARQUET && mode !== 'replay'
      ? await openRecorder({
          ...{ bus, store, log, metrics, now: Date.now, config: config.recorder },
          directory: join(directory, 'parquet'),
          market: mode,
        })
      : null;
  if (recorder !== null) onStop('recorder', () => recorder.stop());
  return {
    bus,
    dashboard,
    checks: [
      { name: 'bus', probe: () => bus.health() },
      { name: 'store', probe: () => store.health() },
      ...dashboard.checks,
      ...sink.checks,
      ...signals.checks,
      ...modelChecks,
      ...(recorder?.checks ?? []),
    ],
    startProcessor: (startFresh) =>
      createProcessor({ bus, config: config.processor, metrics, log, now: Date.now, startFresh }),
    stored: () => untilEmpty(bus, [...modelled, ...queues]),
  };
}

async function untilEmpty(bus: MessageBus, queues: readonly string[], giveUp?: AbortSignal): Promise<void> {
  while (giveUp?.aborted !== true) {
    const depths = await Promise.all(queues.map((queue) => bus.depth(queue)));
    if (depths.every(({ ready, unacked }) => ready === 0 && unacked === 0)) return;
    await sleep(DRAIN_POLL_MS);
  }
}
