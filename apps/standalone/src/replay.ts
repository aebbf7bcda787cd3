import {
  adapterConfig,
  type Captures,
  createRecordedFeed,
  createReplayFeed,
  liveSettings,
  readCaptures,
  type ReplayedVenue,
  type ReplayFeedDeps,
  replaySession,
  type ReplayVenue,
} from '@neuraltrade/exchange';
import { ExpectedError, type RunningService, type ServiceContext } from '@neuraltrade/service';
import { storeDirectory } from '@neuraltrade/storage';
import { venues } from '@neuraltrade/venues';
import { announce } from './announcement';
import type { StandaloneConfig } from './config';
import { pace } from './pace';
import { type Pipeline, startPipeline } from './pipeline';
import { ReplaySummary } from './replay-summary';

type Context = ServiceContext<StandaloneConfig>;

/**
 * Replays captures: sessions one after another in the order of their first event time, each on a fresh processor. The page
 * stays up afterwards.
 * @throws ExpectedError when a file cannot be read or none of them holds a frame of a known venue.
 */
export async function startReplay(context: Context, files: readonly string[]): Promise<RunningService> {
  const { config, onStop } = context;
  const replayed = venues.map((venue) => ({ venue, symbols: config.adapter(venue).symbols }));
  const captures = await readCaptures(files, replayed);
  if (captures.sessions.length === 0) {
    throw new ExpectedError(
      `${files.join(', ')}: no frame of ${venues.map(({ name }) => name).join(', ')} in it. ` +
        `A capture has one JSON line a frame: {"venue","recv_ms","frame"}.`,
    );
  }
  const directory = storeDirectory(config.DATA_DIR, { replayOf: files });
  const pipeline = await startPipeline(context, directory, true);
  announce(config, pipeline.dashboard.url, directory);
  const stopping = new AbortController();
  const replaying = replayAll(context, pipeline, captures, replayed, stopping.signal);
  onStop('replay', async () => {
    stopping.abort();
    await replaying;
  });
  // A fault in the middle of a replay must end the process, not go unheard.
  replaying.catch((error: unknown) => process.nextTick(() => Promise.reject(asError(error))));
  return { checks: pipeline.checks };
}

async function replayAll(
  context: Context,
  pipeline: Pipeline,
  captures: Captures,
  replayed: readonly ReplayVenue[],
  signal: AbortSignal,
): Promise<void> {
  const { config, metrics, log } = context;
  const summary = new ReplaySummary(captures);
  for (const [index, session] of captures.sessions.entries()) {
    if (signal.aborted) return;
    const processor = await pipeline.startProcessor(true);
    const feedDeps = (exchange: string): ReplayFeedDeps => ({
      bus: pipeline.bus,
      partitions: config.processor.PARTITIONS,
      queueMaxBytes: config.processor.QUEUE_MAX_BYTES,
      source: `${index}:${exchange}`,
      metrics,
      log,
    });
    const results: ReplayedVenue[] = await replaySession(session, {
      venues: replayed,
      pace: pace(config.SPEED, signal),
      signal,
      createFeed: (entry, transport, timers) =>
        createReplayFeed(feedDeps(entry.venue.name), entry, transport, timers),
      createRecordedFeed: (venue, start, inputs) => {
        // What the environment sets now is not what the recorded adapter was set to.
        const settings = liveSettings(adapterConfig({}, venue));
        return createRecordedFeed({ ...feedDeps(venue.name), settings }, venue, start, inputs);
      },
    });
    if (signal.aborted) {
      // Its candles are not complete: nothing is closed.
      await processor.stop();
      return;
    }
    const { candles, refused } = await processor.finish();
    await processor.stop();
    summary.add(results, candles, refused);
  }
  await pipeline.stored();
  summary.tell(log);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
