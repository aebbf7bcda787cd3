import { configuredBus } from '@neuraltrade/messaging';
import { atMost, type RunningService, type ServiceContext, startPatiently } from '@neuraltrade/service';
import { configuredInfluxStore } from '@neuraltrade/storage';
import type { RecorderServiceConfig } from './config';
import { openRecorder } from './open-recorder';

/** Runs the recorder on RabbitMQ. */
export async function startRecorderService(
  context: ServiceContext<RecorderServiceConfig>,
): Promise<RunningService> {
  const { config, readConfig, log, metrics, onStop, addChecks } = context;
  const bus = configuredBus(config, { readConfig, name: 'backtester', log, metrics });
  // A broker that stands still hears no goodbye, and needs none.
  onStop('bus', (remainingMs) => atMost(0.9 * remainingMs, bus.close()));
  addChecks([{ name: 'bus', probe: () => bus.health() }]);
  const store =
    config.INFLUX_TOKEN === undefined
      ? null
      : configuredInfluxStore(
          { ...config, INFLUX_TOKEN: config.INFLUX_TOKEN },
          () => readConfig().INFLUX_TOKEN ?? '',
        );
  if (store === null) log.warn('Without INFLUX_TOKEN nothing is repaired that the queue loses.');
  const recorder = await startPatiently(context, () =>
    openRecorder({
      ...{ bus, store, log, metrics, now: Date.now, config: config.recorder },
      directory: config.directory,
      market: config.MODE,
    }),
  );
  onStop('recorder', (remainingMs) => {
    // What it reads can be read again.
    store?.abort();
    return atMost(0.75 * remainingMs, recorder.stop());
  });
  return { checks: recorder.checks };
}
