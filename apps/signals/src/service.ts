import { randomUUID } from 'node:crypto';
import { configuredBus } from '@neuraltrade/messaging';
import {
  atMost,
  ExpectedError,
  type Page,
  type RunningService,
  type ServiceContext,
  startPatiently,
} from '@neuraltrade/service';
import { configuredInfluxStore, type MarketStore } from '@neuraltrade/storage';
import type { SignalsServiceConfig } from './config';
import { createSignals } from './create-signals';
import { performanceOf } from './performance';

/** Days that /performance shows unless it is asked for others, and at most. */
const USUAL_DAYS = 7;
const MOST_DAYS = 366;

/** Runs the signals service on RabbitMQ and InfluxDB. */
export async function startSignalsService(
  context: ServiceContext<SignalsServiceConfig>,
): Promise<RunningService> {
  const { config, readConfig, log, metrics, onStop, addChecks } = context;
  const bus = configuredBus(config, { readConfig, name: 'signals', log, metrics });
  // A broker that stands still hears no goodbye, and needs none.
  onStop('bus', (remainingMs) => atMost(0.9 * remainingMs, bus.close()));
  addChecks([{ name: 'bus', probe: () => bus.health() }]);
  const store = configuredInfluxStore(config, () => readConfig().INFLUX_TOKEN);
  onStop('store', () => {
    // It only reads, and what it reads can be read again.
    store.abort();
    return Promise.resolve();
  });
  const replica = randomUUID();
  const signals = await startPatiently(context, () =>
    createSignals({
      bus,
      store,
      config: config.signals,
      webhookSecret: () => readConfig().signals.WEBHOOK_SECRET ?? '',
      metrics,
      log,
      now: Date.now,
      isReplay: false,
      replica,
    }),
  );
  onStop('signals', (remainingMs) => {
    store.abort();
    return atMost(0.75 * remainingMs, signals.stop(remainingMs / 3));
  });
  return { checks: signals.checks, pages: [performancePage(store)] };
}

/** GET /performance?days=7: what became of each model's signals, by UTC day. */
function performancePage(store: Pick<MarketStore, 'outcomePerformance'>): Page {
  return {
    path: '/performance',
    answer: async (query) => {
      const text = query.get('days') ?? String(USUAL_DAYS);
      const days = /^\d{1,3}$/.test(text) ? Number(text) : 0;
      if (days < 1 || days > MOST_DAYS)
        throw new ExpectedError(`days must be a whole number from 1 to ${MOST_DAYS}.`);
      return { days: await performanceOf(store, days, Date.now()) };
    },
  };
}
