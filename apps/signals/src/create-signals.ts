import type { MessageBus } from '@neuraltrade/messaging';
import { QueueDepths, tellStatus, wordOfChecks } from '@neuraltrade/messaging';
import { signalsQueue } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import type { Check, Logger } from '@neuraltrade/service';
import type { MarketStore } from '@neuraltrade/storage';
import type { SignalsConfig } from './config';
import { StoreLooks } from './history/store-looks';
import { DailyReport } from './performance';
import { SignalFigures } from './session/figures';
import { SignalsWorker } from './session/signals-worker';

/** The component's name. */
const COMPONENT = 'signals';

/** What a signals service is made of. */
export interface SignalsDeps {
  /** Where signals and candles come from, and outcomes go to. */
  readonly bus: MessageBus;
  /** Where what the queue did not bring is looked for; the service does not close it. */
  readonly store: Pick<MarketStore, 'signals' | 'candles' | 'outcomePerformance'>;
  /** Filters, horizons, webhook. */
  readonly config: SignalsConfig;
  /** The webhook's secret of this moment; absent = the configured one. */
  readonly webhookSecret?: () => string;
  /** Where everything is counted. */
  readonly metrics: Metrics;
  /** Where faults are told. */
  readonly log: Logger;
  /** Our clock, ms UTC. */
  readonly now: () => number;
  /**
   * True for a replay: its times are not ours, so that signals age by candles alone, and what is stored is the replay's own. It
   * delivers nothing, whatever is configured: nobody shall act on the past.
   */
  readonly isReplay: boolean;
  /** Which of several processes this is, where others may stand by; absent = the only one. */
  readonly replica?: string;
}

/** A running signals service. */
export interface Signals {
  /** Whether signals are taken, whether the store answers, and whether the webhook's last attempt went well. */
  readonly checks: readonly Check[];
  /** Ends in order: takes nothing more, lets attempts to deliver end for so many ms, saves the state. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts to decide about signals, to follow them to their outcome and to deliver them.
 * @throws PermanentError when the state was saved by another release, or a queue has other settings; RetryableError when the bus does
 *   not answer in time.
 */
export async function createSignals(deps: SignalsDeps): Promise<Signals> {
  const { bus, store, metrics, log, now, isReplay } = deps;
  const config = isReplay ? { ...deps.config, WEBHOOK_URL: undefined } : deps.config;
  const figures = new SignalFigures(metrics);
  const worker = new SignalsWorker({
    bus,
    config,
    webhookSecret: deps.webhookSecret ?? (() => config.WEBHOOK_SECRET ?? ''),
    now,
    agesByClock: !isReplay,
    figures,
    metrics,
    ledger: metrics.ledger(COMPONENT),
    log,
  });
  await worker.start();
  const looks = new StoreLooks({
    store,
    bus,
    session: () => worker.session,
    repairIntervalMs: isReplay ? null : config.SIGNALS_REPAIR_INTERVAL_MS,
    enoughFollowed: config.OUTCOME_MAX_FOLLOWED / 2,
    now,
    log,
  });
  const report = isReplay ? null : new DailyReport(store, log, now);
  const checks: Check[] = [
    { name: 'signals', probe: () => worker.health() },
    { name: 'signals-history', probe: () => looks.health() },
  ];
  if (config.WEBHOOK_URL !== undefined)
    checks.push({ name: 'webhook', probe: () => worker.session?.webhook?.health() ?? WELL });
  const forgetDepths = metrics.registry.onScrape(() => {
    metrics.bufferDepth.set({ buffer: 'signals-followed' }, worker.session?.book.outcomes.count ?? 0);
    metrics.bufferDepth.set({ buffer: 'signals-webhook' }, worker.session?.webhook?.depth ?? 0);
  });
  // Of several processes the one that works tells of the queue: what they say is added up.
  const queued = new QueueDepths(bus, () =>
    worker.session === null ? [] : [signalsQueue(config.QUEUE_MAX_BYTES).name],
  );
  const endStatus = tellStatus({
    bus,
    component: COMPONENT,
    ...(deps.replica !== undefined && { replica: deps.replica }),
    now,
    read: () =>
      wordOfChecks(checks, {
        ...figures.all,
        followed: worker.session?.book.outcomes.count ?? 0,
        deliveriesWaiting: worker.session?.webhook?.depth ?? 0,
        ...(queued.waiting !== null && { queuedMessages: queued.waiting }),
      }),
  });
  return {
    checks,
    stop: async (graceMs) => {
      report?.stop();
      queued.stop();
      await looks.stop();
      await worker.stop(graceMs);
      forgetDepths();
      endStatus();
    },
  };
}

const WELL = { ok: true, reason: '' };
