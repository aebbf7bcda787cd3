import { join } from 'node:path';
import { configuredBus } from '@neuraltrade/messaging';
import { atMost, type RunningService, type ServiceContext } from '@neuraltrade/service';
import { configuredInfluxStore } from '@neuraltrade/storage';
import { venues } from '@neuraltrade/venues';
import type { MlEngineServiceConfig } from './config';
import { createMlEngine } from './create-ml-engine';

/** Runs the ML engine on RabbitMQ and InfluxDB. */
export async function startMlEngineService(
  context: ServiceContext<MlEngineServiceConfig>,
): Promise<RunningService> {
  const { config, readConfig, log, metrics, onStop, addChecks } = context;
  const bus = configuredBus(config, { readConfig, name: 'ml-engine', log, metrics });
  // A broker that stands still hears no goodbye, and needs none.
  onStop('bus', (remainingMs) => atMost(0.9 * remainingMs, bus.close()));
  addChecks([{ name: 'bus', probe: () => bus.health() }]);
  const store = configuredInfluxStore(config, () => readConfig().INFLUX_TOKEN);
  onStop('store', () => {
    // It only reads, and what it reads can be read again.
    store.abort();
    return Promise.resolve();
  });
  const engine = await createMlEngine({
    ...{ bus, store, metrics, log, now: Date.now },
    replay: false,
    venues: venues.map(({ name }) => name),
    config: config.mlEngine,
    shippedModel: join(__dirname, 'model'),
    program: join(__dirname, 'inference.cjs'),
  });
  onStop('ml-engine', (remainingMs) => atMost(0.75 * remainingMs, engine.stop(remainingMs / 3)));
  return { checks: engine.checks };
}
