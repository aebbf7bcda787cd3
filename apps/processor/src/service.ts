import { randomUUID } from 'node:crypto';
import { configuredBus } from '@neuraltrade/messaging';
import type { RunningService, ServiceContext } from '@neuraltrade/service';
import type { ProcessorServiceConfig } from './config';
import { createProcessor } from './create-processor';

/** Runs the processor on RabbitMQ, sharing the partitions with its other replicas. */
export async function startProcessorService({
  config,
  log,
  metrics,
  onStop,
}: ServiceContext<ProcessorServiceConfig>): Promise<RunningService> {
  const bus = configuredBus(config, { name: 'processor', log, metrics });
  onStop('bus', () => bus.close());
  const processor = await createProcessor({
    bus,
    config: config.processor,
    metrics,
    log,
    now: Date.now,
    startFresh: false,
    replica: randomUUID(),
  });
  onStop('processor', () => processor.stop());
  return { checks: [{ name: 'bus', probe: () => bus.health() }, ...processor.checks] };
}
