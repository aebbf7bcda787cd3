import { resolve } from 'node:path';
import {
  brokerFields,
  choice,
  type Env,
  influxFields,
  milliseconds,
  parseConfig,
  parseTogether,
  secret,
  serviceFields,
  text,
  topologyFields,
} from '@neuraltrade/service';
import { z } from 'zod';

const HOUR_MS = 3_600_000;

/** The recorder's environment variables. */
export const recorderSchema = z.object({
  QUEUE_MAX_BYTES: topologyFields.QUEUE_MAX_BYTES,
  RECORD_FLUSH_MS: milliseconds({
    description: 'How long ticks are gathered before they become Parquet files.',
    default: 10_000,
    max: 600_000,
  }),
  REPAIR_INTERVAL_MS: milliseconds({
    description:
      'Time between two looks at whether the archive holds what the store holds of the last hour; small files are merged then, too.',
    default: 60_000,
    max: HOUR_MS,
  }),
  REPAIR_REACH_MS: milliseconds({
    description: 'How far back the archive is held against the store at the start and once an hour.',
    default: 48 * HOUR_MS,
    min: HOUR_MS,
    max: 366 * 24 * HOUR_MS,
  }),
});

/** The recorder's configuration. */
export type RecorderConfig = z.output<typeof recorderSchema>;

/** Reads the recorder's configuration. @throws ConfigError naming every fault. */
export function recorderConfig(env: Env): RecorderConfig {
  return parseConfig(recorderSchema, env);
}

/** The environment variables of the recorder as a service of its own, on RabbitMQ and, to repair, InfluxDB. */
export const recorderServiceSchema = z.object({
  ...serviceFields({ httpPort: 9_109 }),
  ...brokerFields,
  ...influxFields,
  INFLUX_TOKEN: secret({
    description:
      'Token that may read the bucket; with it the recorder repairs what its queue lost, without it such ticks stay missing.',
    optional: true,
  }),
  DATA_DIR: text({
    description:
      'Directory below which Parquet files are kept, as MODE/parquet; one process writes there at a time.',
    default: 'data',
  }),
  MODE: choice(['live', 'simulated'], {
    description: 'Where the market comes from: each kind has files of its own.',
    default: 'live',
  }),
});

/** The configuration of the recorder as a service of its own. */
export interface RecorderServiceConfig extends z.output<typeof recorderServiceSchema> {
  /** Folder of the Parquet files; absolute. */
  readonly directory: string;
  /** What the recorder itself takes. */
  readonly recorder: RecorderConfig;
}

/** Reads the configuration of the recorder as a service of its own. @throws ConfigError naming every fault. */
export function recorderServiceConfig(env: Env): RecorderServiceConfig {
  const { service, recorder } = parseTogether({
    service: () => parseConfig(recorderServiceSchema, env),
    recorder: () => recorderConfig(env),
  });
  const directory = resolve(env['INIT_CWD'] ?? '.', service.DATA_DIR, service.MODE, 'parquet');
  return { ...service, directory, recorder };
}
