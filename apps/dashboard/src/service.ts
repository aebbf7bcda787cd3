import { join } from 'node:path';
import { configuredBus } from '@neuraltrade/messaging';
import type { RunningService, ServiceContext } from '@neuraltrade/service';
import { configuredInfluxStore } from '@neuraltrade/storage';
import type { DashboardServiceConfig } from './config';
import { createDashboard } from './dashboard';

/** Runs the dashboard on RabbitMQ and InfluxDB. */
export async function startDashboardService(
  context: ServiceContext<DashboardServiceConfig>,
): Promise<RunningService> {
  const { config, readConfig, log, metrics, onStop, addChecks } = context;
  const bus = configuredBus(config, { readConfig, name: 'dashboard', log, metrics });
  onStop('bus', () => bus.close());
  addChecks([{ name: 'bus', probe: () => bus.health() }]);
  const store = configuredInfluxStore(config, () => readConfig().INFLUX_TOKEN);
  onStop('store', () => store.close());
  const dashboard = await createDashboard({
    bus,
    store,
    // A bucket with other types than ours is said at once, not when somebody asks for what cannot be read.
    storeReady: () => store.verify('read'),
    mode: config.MODE,
    config: config.dashboard,
    readToken: () => readConfig().dashboard.authToken,
    metrics,
    log,
    now: Date.now,
    pageDirectory: join(__dirname, 'page'),
    onServed: (url) => log.info({ url }, 'The dashboard is served.'),
  });
  onStop('dashboard', () => dashboard.stop());
  return { checks: dashboard.checks };
}
