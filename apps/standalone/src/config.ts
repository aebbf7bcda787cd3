import { resolve } from 'node:path';
import { type RecorderConfig, recorderConfig } from '@neuraltrade/backtester';
import { type DashboardConfig, dashboardConfig } from '@neuraltrade/dashboard';
import { type AdapterConfig, adapterConfig } from '@neuraltrade/exchange';
import { type SinkConfig, sinkConfig } from '@neuraltrade/influx-sink';
import { type MlEngineConfig, mlEngineConfig } from '@neuraltrade/ml-engine';
import { type ProcessorConfig, processorConfig } from '@neuraltrade/processor';
import {
  ConfigError,
  decimal,
  type Env,
  ExpectedError,
  flag,
  integer,
  parseConfig,
  readDuration,
  serviceFields,
  text,
  url,
} from '@neuraltrade/service';
import { type SignalsConfig, signalsConfig } from '@neuraltrade/signals';
import { type Venue, venues } from '@neuraltrade/venues';
import { z } from 'zod';
import { nameByFlag, parseArguments, type RecordTarget, type Source } from './arguments';

/** What one timer can wait for. */
const LONGEST_TIMER_MS = 2_147_483_647;
const { LOG_LEVEL, SHUTDOWN_TIMEOUT_MS } = serviceFields({ httpPort: 0 });

/** The environment variables that only the standalone process reads. */
export const standaloneSchema = z.object({
  LOG_LEVEL,
  SHUTDOWN_TIMEOUT_MS,
  DATA_DIR: text({
    description: 'Directory of ticks, candles and state; one folder a mode below it.',
    default: 'data',
  }),
  TICK_RETENTION: text({
    description:
      'Ticks of UTC days older than this (12h, 7d) move from the database to Parquet files; absent = never.',
    optional: true,
    pattern: /^[1-9]\d{0,5}[smhd]$/,
    what: 'a time such as 12h or 7d',
  }),
  RECORD_PARQUET: flag({
    description: 'Whether ticks are also written to Parquet files, below DATA_DIR; a replay writes none.',
    default: false,
  }),
  RATE: decimal({
    description: 'Simulated trades a second over all venues and symbols; quotes come on top.',
    default: 100,
    min: 0.1,
    max: 20_000,
  }),
  SEED: integer({ description: 'Seed of the simulated market.', default: 1 }),
  SIMULATOR_URL: url({
    description:
      'Control address of a running simulator (npm run simulate) to take the simulated venues from; absent = one is started.',
    optional: true,
    schemes: ['http'],
  }),
  SPEED: decimal({
    description: 'Replay at so many times the recorded pace; absent = as fast as it can be processed.',
    optional: true,
    min: 0.01,
    max: 100_000,
  }),
  DURATION: text({
    description: 'End in order after this time (30s, 10m, 1h); absent = run until stopped.',
    optional: true,
    pattern: /^[1-9]\d{0,5}[smh]$/,
    what: 'a time such as 30s, 10m or 1h',
  }),
});

/** Everything that the standalone process is told. */
export interface StandaloneConfig extends z.output<typeof standaloneSchema> {
  /** Health and metrics are served on the dashboard's port. */
  readonly HTTP_HOST: string;
  /** Where the market comes from. */
  readonly source: Source;
  /** Where everything that comes in is recorded; null = nowhere. */
  readonly record: RecordTarget | null;
  /** DURATION in ms; null = until stopped. */
  readonly durationMs: number | null;
  /** TICK_RETENTION in ms; null = for ever. */
  readonly tickRetentionMs: number | null;
  /** The processor's part. */
  readonly processor: ProcessorConfig;
  /** The sink's part. */
  readonly sink: SinkConfig;
  /** The ML engine's part. */
  readonly mlEngine: MlEngineConfig;
  /** The recorder's part. */
  readonly recorder: RecorderConfig;
  /** The signals service's part. */
  readonly signals: SignalsConfig;
  /** The dashboard's part. */
  readonly dashboard: DashboardConfig;
  /** The adapters' parts, read when the addresses of the venues are known: overrides win over what was set, defaults lose. */
  readonly adapter: (venue: Venue, overrides?: Env, defaults?: Env) => AdapterConfig;
}

/**
 * Reads the command line and the environment; flags win.
 * @throws ConfigError naming every fault; ExpectedError with the help text for --help.
 */
export function standaloneConfig(env: Env, argv: readonly string[]): StandaloneConfig {
  const workingDirectory = env['INIT_CWD'] ?? process.cwd();
  const { source, record, settings, help } = readArguments(argv, workingDirectory);
  if (help !== null) throw new ExpectedError(help, 0);
  const merged: Env = { ...env, ...settings };
  const faults = new Set<string>();
  const read = <T>(parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const fault of error.faults) faults.add(fault);
      return undefined;
    }
  };
  const own = read(() => {
    const parsed = parseConfig(standaloneSchema, merged);
    if ((inMs(parsed.DURATION) ?? 0) > LONGEST_TIMER_MS)
      throw new ConfigError(['DURATION must be 596h at most.']);
    if (parsed.SIMULATOR_URL !== undefined) checkOwnMarket(source, settings);
    return parsed;
  });
  const processor = read(() => processorConfig(merged));
  const sink = read(() => sinkConfig(merged));
  const recorder = read(() => recorderConfig(merged));
  const signals = read(() => signalsConfig(merged));
  const mlEngine = read(() => mlEngineConfig(merged));
  const dashboard = read(() => dashboardConfig(merged));
  for (const venue of venues) read(() => adapterConfig(merged, venue));
  if (
    own === undefined ||
    processor === undefined ||
    sink === undefined ||
    recorder === undefined ||
    signals === undefined ||
    mlEngine === undefined ||
    dashboard === undefined ||
    faults.size > 0
  ) {
    throw new ConfigError([...faults].map((fault) => nameByFlag(fault, settings)));
  }
  return {
    ...own,
    DATA_DIR: resolve(workingDirectory, own.DATA_DIR),
    HTTP_HOST: dashboard.host,
    source,
    record,
    durationMs: inMs(own.DURATION),
    tickRetentionMs: inMs(own.TICK_RETENTION),
    processor,
    sink,
    recorder,
    signals,
    mlEngine,
    dashboard,
    adapter: (venue, overrides, defaults) => adapterConfig({ ...defaults, ...merged, ...overrides }, venue),
  };
}

/** @throws ConfigError naming every flag that has no effect beside SIMULATOR_URL. */
function checkOwnMarket({ mode }: Source, settings: Readonly<Record<string, string>>): void {
  if (mode !== 'simulated') {
    throw new ConfigError([
      `SIMULATOR_URL has no effect on a ${mode} market: leave it out, or leave --${mode} out.`,
    ]);
  }
  const idle = ['RATE', 'SEED'].filter((key) => key in settings);
  if (idle.length === 0) return;
  throw new ConfigError(
    idle.map((key) => `${key} has no effect beside SIMULATOR_URL: give it to the simulator that runs there.`),
  );
}

function readArguments(argv: readonly string[], workingDirectory: string): ReturnType<typeof parseArguments> {
  try {
    return parseArguments(argv, workingDirectory);
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

function inMs(duration: string | undefined): number | null {
  return duration === undefined ? null : readDuration(duration);
}
