import type { VenueAddress } from '@neuraltrade/dashboard';
import { type AdapterService, createAdapterService, NoSymbolListedError } from '@neuraltrade/exchange';
import {
  type Check,
  ConfigError,
  type Env,
  type Logger,
  type RunningService,
  type ServiceContext,
} from '@neuraltrade/service';
import { storeDirectory } from '@neuraltrade/storage';
import { DEFAULT_HISTORY_MS } from '@neuraltrade/venue-simulator';
import { venues } from '@neuraltrade/venues';
import { announce } from './announcement';
import type { StandaloneConfig } from './config';
import { startPipeline } from './pipeline';
import { startRecording } from './recorder';
import { startReplay } from './replay';
import { simulatedVenues } from './simulated-venues';

type Context = ServiceContext<StandaloneConfig>;

/** What a source sets unless the environment does: a simulated market has a past that fills the charts at once. */
const SOURCE_DEFAULTS: Readonly<Record<'simulated' | 'live', Env>> = {
  simulated: { BACKFILL_MS: String(DEFAULT_HISTORY_MS) },
  live: {},
};

/** Runs the whole pipeline in this process on the source that was asked for, and on no other. */
export async function runStandalone(context: Context): Promise<RunningService> {
  const { config, requestStop } = context;
  const { source, durationMs } = config;
  if (durationMs !== null) {
    setTimeout(() => requestStop(`the ${durationMs / 1_000} s of DURATION are over`), durationMs).unref();
  }
  switch (source.mode) {
    case 'simulated':
      return runVenues(context, 'simulated', (directory) => simulatedVenues(context, directory));
    case 'live':
      return runVenues(context, 'live', () => Promise.resolve({}));
    case 'replay':
      return startReplay(context, source.files);
  }
}

async function runVenues(
  context: Context,
  mode: 'simulated' | 'live',
  addresses: (directory: string) => Promise<Env>,
): Promise<RunningService> {
  const { config, metrics, log, onStop } = context;
  const directory = storeDirectory(config.DATA_DIR, mode);
  const venueAddresses: VenueAddress[] = [];
  const pipeline = await startPipeline(context, directory, false, () => venueAddresses);
  const processor = await pipeline.startProcessor(false);
  onStop('processor', async (remainingMs) => {
    // What a backlog leaves in the queues is kept there for the next start.
    await processor.drain(AbortSignal.timeout(Math.floor(remainingMs / 3)));
    await processor.stop();
  });
  const env = await addresses(directory);
  // Stopped right behind the adapters, whatever else has trouble to stop.
  const recorder = config.record === null ? null : await startRecording(context, config.record);
  const all = venues.map((venue) => {
    const settings = config.adapter(venue, env, SOURCE_DEFAULTS[mode]);
    venueAddresses.push({ exchange: venue.name, restUrl: new URL(settings.restUrl).origin });
    const recording = recorder === null ? {} : { recording: recorder.recording };
    return createAdapterService({ venue, bus: pipeline.bus, config: settings, metrics, log, ...recording });
  });
  onStop('adapters', async (remainingMs) => {
    await Promise.all(all.map((adapter) => adapter.stop(Math.floor(remainingMs / 3))));
  });
  const adapters = await startAdapters(all, log);
  announce(config, pipeline.dashboard.url, directory);
  const checks: Check[] = [
    ...pipeline.checks,
    ...processor.checks,
    ...adapters.flatMap((adapter) => adapter.checks),
    ...(recorder === null ? [] : [recorder.check]),
  ];
  return { checks };
}

/** Starts every adapter; a venue that lists none of the symbols is left out with a line, as long as another one is left. */
async function startAdapters(adapters: readonly AdapterService[], log: Logger): Promise<AdapterService[]> {
  const faults: string[] = [];
  const started: AdapterService[] = [];
  await Promise.all(
    adapters.map(async (adapter) => {
      try {
        await adapter.start();
        started.push(adapter);
      } catch (error) {
        if (!(error instanceof NoSymbolListedError)) throw error;
        faults.push(...error.faults);
      }
    }),
  );
  if (started.length === 0) throw new ConfigError(faults);
  for (const fault of faults) log.warn(fault);
  return started;
}
