import { randomUUID } from 'node:crypto';
import { configuredBus } from '@neuraltrade/messaging';
import { configuredInfluxStore } from '@neuraltrade/storage';
import { atMost, type RunningService, type ServiceContext, startPatiently } from '@neuraltrade/service';
import type { ProcessorServiceConfig } from './config';
import { createProcessor } from './create-processor';

/** Runs the processor on RabbitMQ, sharing the partitions with its other replicas. */
export async function startProcessorService(
  context: ServiceContext<ProcessorServiceConfig>,
): Promise<RunningService> {
  const { config, readConfig, log, metrics, onStop, addChecks } = context;
  const bus = configuredBus(config, { readConfig, name: 'processor', log, metrics });
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
  if (store !== null) {
    onStop('store', () => {
      // It only reads, and what it reads can be read again.
      store.abort();
      return Promise.resolve();
    });
  }
  const processor = await startPatiently(context, () =>
    createProcessor({
      bus,
      config: config.processor,
      metrics,
      log,
      now: Date.now,
      startFresh: false,
      ...(store === null ? {} : { storedTicks: store }),
      replica: randomUUID(),
    }),
  );
  onStop('processor', (remainingMs) => atMost(0.75 * remainingMs, processor.stop(remainingMs / 3)));
  return { checks: processor.checks };
}
