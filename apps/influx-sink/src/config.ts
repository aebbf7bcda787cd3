import {
  brokerFields,
  type Env,
  influxFields,
  integer,
  milliseconds,
  parseConfig,
  serviceFields,
  topologyFields,
} from '@neuraltrade/service';
import { z } from 'zod';

/** The sink's environment variables. */
export const sinkSchema = z.object({
  QUEUE_MAX_BYTES: topologyFields.QUEUE_MAX_BYTES,
  WRITE_BATCH_SIZE: integer({
    description: 'Records that are written to the store at once.',
    default: 5_000,
    min: 1,
    max: 50_000,
  }),
  WRITE_FLUSH_MS: milliseconds({
    description: 'Longest time that records wait to fill a batch.',
    default: 1_000,
    max: 60_000,
  }),
  MAX_RETRY_DELAY_MS: milliseconds({
    description: 'Longest wait before a failed write is tried again; it is tried for ever.',
    default: 15_000,
    max: 600_000,
  }),
  RETRY_JITTER_MS: milliseconds({
    description: 'Shortest wait before a failed write is tried again; waits are random between the two.',
    default: 200,
    max: 60_000,
  }),
});

/** The sink's configuration. */
export type SinkConfig = z.output<typeof sinkSchema>;

/** Reads the sink's configuration. @throws ConfigError naming every fault. */
export function sinkConfig(env: Env): SinkConfig {
  return parseConfig(sinkSchema, env);
}

/** The environment variables of the sink as a service of its own, on RabbitMQ and InfluxDB. */
export const sinkServiceSchema = z.object({
  ...serviceFields({ httpPort: 9_106 }),
  ...brokerFields,
  ...influxFields,
  ...sinkSchema.shape,
});

/** The configuration of the sink as a service of its own. */
export type SinkServiceConfig = z.output<typeof sinkServiceSchema>;

/** Reads the configuration of the sink as a service of its own. @throws ConfigError naming every fault. */
export function sinkServiceConfig(env: Env): SinkServiceConfig {
  return parseConfig(sinkServiceSchema, env);
}

/** Fewest records that a message is reckoned with when the window of unanswered messages is sized. */
const RECORDS_PER_MESSAGE = 20;

/**
 * Most unanswered messages of a queue: two batches, one being written while the next one gathers. A message holds from one
 * record to the processor's BATCH_SIZE, so a batch is also full when it holds half of these messages.
 */
export function prefetchOf({ WRITE_BATCH_SIZE }: Pick<SinkConfig, 'WRITE_BATCH_SIZE'>): number {
  return 2 * Math.ceil(WRITE_BATCH_SIZE / RECORDS_PER_MESSAGE);
}
