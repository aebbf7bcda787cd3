import { configuredBus } from '@neuraltrade/messaging';
import { atMost, type RunningService, type ServiceContext } from '@neuraltrade/service';
import { configuredInfluxStore } from '@neuraltrade/storage';
import type { SinkServiceConfig } from './config';
import { createSink } from './sink';
import type { SinkLog } from './sink-log';

/** What the service uses of the process that runs it. */
export interface SinkServiceContext extends Pick<
  ServiceContext<SinkServiceConfig>,
  'config' | 'readConfig' | 'metrics' | 'onStop'
> {
  /** Where faults are told. */
  readonly log: SinkLog;
}

const INFLUXDB = { name: 'influxdb', title: 'InfluxDB' };

/** Takes everything from RabbitMQ to InfluxDB. */
export async function startSinkService({
  config,
  readConfig,
  log,
  metrics,
  onStop,
}: SinkServiceContext): Promise<RunningService> {
  const bus = configuredBus(config, { readConfig, name: 'influx-sink', log, metrics });
  // A broker that stands still hears no goodbye, and needs none.
  onStop('bus', (remainingMs) => atMost(0.9 * remainingMs, bus.close()));
  const store = configuredInfluxStore(config, () => readConfig().INFLUX_TOKEN);
  onStop('store', () => store.close());
  const storeReady = (): Promise<void> => store.verify();
  const sink = await createSink({
    bus,
    store,
    storeReady,
    log,
    metrics,
    now: Date.now,
    config,
    peer: INFLUXDB,
  });
  return {
    checks: [
      { name: 'bus', probe: () => bus.health() },
      { name: 'store', probe: () => store.health() },
      ...sink.checks,
    ],
    stop: async (remainingMs) => {
      // A server that does not answer must not use up the time of the steps behind this one.
      const late = setTimeout(() => store.abort(), remainingMs / 2);
      await sink.stop();
      clearTimeout(late);
    },
  };
}
