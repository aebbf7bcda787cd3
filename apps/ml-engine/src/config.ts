import { resolve } from 'node:path';
import {
  brokerFields,
  ConfigError,
  type Env,
  influxFields,
  integer,
  list,
  milliseconds,
  parseConfig,
  parseTogether,
  serviceFields,
  topologyFields,
} from '@neuraltrade/service';
import { z } from 'zod';

/** Most models that run side by side: each is a process. */
const MAX_MODELS = 8;

/** The ML engine's environment variables. */
export const mlEngineSchema = z.object({
  QUEUE_MAX_BYTES: topologyFields.QUEUE_MAX_BYTES,
  MODEL_PATH: list({
    description:
      'Folders of models, each with model.onnx and model.json: the first is the primary one, the others run beside it as shadows. Absent = the model that comes with the project.',
    default: [],
    what: `a comma list of at most ${MAX_MODELS} folders`,
  }),
  MAX_CANDLE_AGE_MS: milliseconds({
    description:
      'A candle that closed longer ago than this, by the clock here, gives no signal; it still counts for the features of the next ones.',
    default: 60_000,
    max: 86_400_000,
  }),
  INFERENCE_BUDGET_MS: milliseconds({
    description: 'A judgement that takes longer than this, waiting included, gives no signal.',
    default: 1_000,
    max: 60_000,
  }),
  INFERENCE_STUCK_MS: milliseconds({
    description: 'A model that does not answer for this time is ended and started anew.',
    default: 5_000,
    min: 100,
    max: 600_000,
  }),
  MAX_SERIES: integer({
    description:
      'Symbols and timeframes whose features are kept; beyond, those that had no candle for longest are let go and read from the store when they come again.',
    default: 2_000,
    min: 1,
    max: 100_000,
  }),
});

/** The ML engine's configuration. */
export interface MlEngineConfig extends z.output<typeof mlEngineSchema> {
  /** The folders of the models, absolute; none = the model that comes with the project. */
  readonly MODEL_PATH: readonly string[];
}

/** Reads the ML engine's configuration. @throws ConfigError naming every fault. */
export function mlEngineConfig(env: Env): MlEngineConfig {
  const config = parseConfig(mlEngineSchema, env);
  if (config.MODEL_PATH.length > MAX_MODELS) {
    throw new ConfigError([
      `MODEL_PATH names ${config.MODEL_PATH.length} models: at most ${MAX_MODELS} run side by side.`,
    ]);
  }
  const workingDirectory = env['INIT_CWD'] ?? '.';
  return { ...config, MODEL_PATH: config.MODEL_PATH.map((folder) => resolve(workingDirectory, folder)) };
}

/** The environment variables of the ML engine as a service of its own, on RabbitMQ and InfluxDB. */
export const mlEngineServiceSchema = z.object({
  ...serviceFields({ httpPort: 9_107 }),
  ...brokerFields,
  ...influxFields,
});

/** The configuration of the ML engine as a service of its own. */
export interface MlEngineServiceConfig extends z.output<typeof mlEngineServiceSchema> {
  /** What the engine itself takes. */
  readonly mlEngine: MlEngineConfig;
}

/** Reads the configuration of the ML engine as a service of its own. @throws ConfigError naming every fault. */
export function mlEngineServiceConfig(env: Env): MlEngineServiceConfig {
  const { service, mlEngine } = parseTogether({
    service: () => parseConfig(mlEngineServiceSchema, env),
    mlEngine: () => mlEngineConfig(env),
  });
  return { ...service, mlEngine };
}
