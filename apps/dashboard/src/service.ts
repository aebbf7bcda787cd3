import { join } from 'node:path';
import { configuredBus } from '@neuraltrade/messaging';
import type { RunningService, ServiceContext } from '@neuraltrade/service';
import { configuredInfluxStore } from '@neuraltrade/storage';
import type { DashboardServiceConfig } from './config';
import { createDashboard } from './dashboard';

/** Runs the dashboard on RabbitMQ and InfluxDB. @param readToken gives the database's token of this moment. */
export async function startDashboardService(
  { config, log, metrics, onStop, addChecks }: ServiceContext<DashboardServiceConfig>,
  readToken: () => string,
): Promise<RunningService> {
  const bus = configuredBus(config, { name: 'dashboard', log, metrics });
  onStop('bus', () => bus.close());
  addChecks([{ name: 'bus', probe: () => bus.health() }]);
  const store = configuredInfluxStore(config, readToken);
  onStop('store', () => store.close());
  const dashboard = await createDashboard({
    bus,
    store,
    // A bucket with other types than ours is said at once, not when somebody asks for what cannot be read.
    storeReady: () => store.verify('read'),
    mode: config.MODE,
    config: config.dashboard,
    metrics,
    log,
    now: Date.now,
    pageDirectory: join(__dirname, 'page'),
    onServed: (url) => log.info({ url }, 'The dashboard is served.'),
  });
  onStop('dashboard', () => dashboard.stop());
  return { checks: dashboard.checks };
}
