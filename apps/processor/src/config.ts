import { DEFAULT_TIMEFRAMES, timeframeMs } from '@neuraltrade/contracts';
import { DEFAULT_PROCESSING, HOLED_WINDOW_PART, type ProcessingConfig } from '@neuraltrade/processing';
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
  secret,
  serviceFields,
  topologyFields,
} from '@neuraltrade/service';
import { z } from 'zod';

/** The processor's environment variables. */
export const processorSchema = z.object({
  ...topologyFields,
  TIMEFRAMES: list({
    description: 'Lengths of the candles that are built; each divides a day.',
    default: DEFAULT_TIMEFRAMES,
    accepts: (timeframe) => timeframeMs(timeframe) !== null,
    what: 'a comma list of lengths that divide a day, such as 1m, 15m or 1h',
  }),
  ALLOWED_LATENESS_MS: milliseconds({
    description: 'How far the watermark stays behind the newest trade or clock; later trades revise candles.',
    default: DEFAULT_PROCESSING.allowedLatenessMs,
    min: 0,
  }),
  REVISION_HORIZON_MS: milliseconds({
    description: 'How long after its close a candle can still be revised.',
    default: DEFAULT_PROCESSING.revisionHorizonMs,
    min: 0,
  }),
  MAX_FUTURE_SKEW_MS: milliseconds({
    description: "How far a trade's time may be ahead of its arrival before it is parked.",
    default: DEFAULT_PROCESSING.maxFutureSkewMs,
    min: 0,
  }),
  DEDUPE_WINDOW: integer({
    description: 'Trade ids that are remembered for each symbol, or those of 15 minutes when these are more.',
    default: DEFAULT_PROCESSING.dedupeWindowIds,
    min: 1_000,
    max: 10_000_000,
  }),
  MAX_SYMBOLS: integer({
    description:
      'Most symbols (over all venues) of a partition; records of further ones are parked, so that names without end cost nothing.',
    default: DEFAULT_PROCESSING.maxSymbols,
    min: 1,
    max: 100_000,
  }),
  CHECKPOINT_INTERVAL_MS: milliseconds({
    description: 'Longest time between checkpoints while there is something new.',
    default: 1_000,
    max: 60_000,
  }),
  PREFETCH: integer({
    description: 'Most unanswered messages of a partition; a checkpoint is made when half of it is held.',
    default: 256,
    min: 2,
    max: 65_535,
  }),
  BATCH_MAX_TICKS: integer({
    description: 'Most records of one raw message, as the adapters are told.',
    default: 100,
    min: 1,
    max: 10_000,
  }),
  BATCH_SIZE: integer({
    description: 'Processed ticks of one symbol that make a message.',
    default: 1_000,
    min: 1,
    max: 10_000,
  }),
  FLUSH_INTERVAL_MS: milliseconds({
    description: 'Longest time that processed ticks wait to fill a message.',
    default: 500,
    max: 60_000,
  }),
  PARTIAL_INTERVAL_MS: milliseconds({
    description: 'Time between publications of the open candles.',
    default: 1_000,
    max: 60_000,
  }),
  REBUILD_PATIENCE_MS: milliseconds({
    description:
      'How long candles that lack lost batches wait for the stored trades before they stay incomplete for good.',
    default: 600_000,
    max: 86_400_000,
  }),
});

/** The processor's configuration. */
export type ProcessorConfig = z.output<typeof processorSchema>;

/** Reads the processor's configuration. @throws ConfigError naming every fault. */
export function processorConfig(env: Env): ProcessorConfig {
  const config = parseConfig(processorSchema, env);
  const redeliverable = config.PREFETCH * config.BATCH_MAX_TICKS;
  const half = Math.floor((config.DEDUPE_WINDOW * HOLED_WINDOW_PART) / 2);
  if (redeliverable > half) {
    throw new ConfigError([
      `PREFETCH x BATCH_MAX_TICKS is ${redeliverable}: that many trades can come again, more than ${half}, half of the ids ` +
        `remembered where ids have holes (${HOLED_WINDOW_PART} x DEDUPE_WINDOW). Lower one of them or raise DEDUPE_WINDOW.`,
    ]);
  }
  return config;
}

/** The part of the configuration that the processing library takes. */
export function processingConfig(config: ProcessorConfig): ProcessingConfig {
  return {
    ...DEFAULT_PROCESSING,
    timeframes: config.TIMEFRAMES,
    allowedLatenessMs: config.ALLOWED_LATENESS_MS,
    revisionHorizonMs: config.REVISION_HORIZON_MS,
    maxFutureSkewMs: config.MAX_FUTURE_SKEW_MS,
    dedupeWindowIds: config.DEDUPE_WINDOW,
    maxSymbols: config.MAX_SYMBOLS,
  };
}

/** The environment variables of the processor as a service of its own, on RabbitMQ. */
export const processorServiceSchema = z.object({
  ...serviceFields({ httpPort: 9_105 }),
  ...brokerFields,
  ...influxFields,
  INFLUX_TOKEN: secret({
    description:
      'Token that may read the bucket; with it candles that lack lost batches are rebuilt from stored trades, without it they stay incomplete.',
    optional: true,
  }),
});

/** The configuration of the processor as a service of its own. */
export interface ProcessorServiceConfig extends z.output<typeof processorServiceSchema> {
  /** What the processor itself takes. */
  readonly processor: ProcessorConfig;
}

/** Reads the configuration of the processor as a service of its own. @throws ConfigError naming every fault. */
export function processorServiceConfig(env: Env): ProcessorServiceConfig {
  const { service, processor } = parseTogether({
    service: () => parseConfig(processorServiceSchema, env),
    processor: () => processorConfig(env),
  });
  return { ...service, processor };
}
