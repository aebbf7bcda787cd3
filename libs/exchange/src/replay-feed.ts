import type { MessageBus } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { ReplayVenue } from './capture-sessions';
import type { AdapterOutput } from './adapter-output';
import { createExchangeAdapter, type ExchangeAdapter } from './exchange-adapter';
import type { Log } from './log';
import { createReplayPublisher } from './replay-publisher';
import type { ReplayFeed } from './replay-session';
import type { Timers } from './timers';
import type { Transport } from './transport';

const BUFFER_MAX_TICKS = 10_000;

/** Where replayed records are published. */
export interface ReplayFeedDeps {
  /** The bus; its core queues are declared already. */
  readonly bus: MessageBus;
  /** Number of partitions of market.raw. */
  readonly partitions: number;
  /** Upper bound of each core queue, bytes. */
  readonly queueMaxBytes: number;
  /** Tells this session's batches from every other's; the log names it as the address, behind 'replay:'. */
  readonly source: string;
  /** Where it counts. */
  readonly metrics: Metrics;
  /** Where it reports. */
  readonly log: Log;
}

/** An adapter that takes its frames, its clock and its timers from a capture and publishes on a bus as a live one does. */
export function createReplayFeed(
  deps: ReplayFeedDeps,
  entry: ReplayVenue,
  transport: Transport,
  timers: Timers,
): ReplayFeed {
  const publisher = createReplayPublisher(deps, entry.venue.name, BUFFER_MAX_TICKS);
  const adapter = replayAdapter({ ...deps, ...entry, transport, timers, output: publisher.output });
  publisher.onPressure((paused) => {
    if (paused) adapter.pause();
    else adapter.resume();
  });
  return { adapter, drain: () => publisher.drain() };
}

/** What an adapter that reads the frames of a capture is made of. */
export interface ReplayAdapterParts
  extends ReplayVenue, Pick<ReplayFeedDeps, 'partitions' | 'source' | 'metrics' | 'log'> {
  /** The capture. */
  readonly transport: Transport;
  /** The capture's clock. */
  readonly timers: Timers;
  /** Where records go. */
  readonly output: AdapterOutput;
}

/** An adapter that takes its frames, its clock and its timers from a capture. */
export function replayAdapter(parts: ReplayAdapterParts): ExchangeAdapter {
  const { venue, partitions, source, ...rest } = parts;
  return createExchangeAdapter({
    ...rest,
    venue,
    random: () => 0,
    // What a capture does not hold cannot be asked for any more.
    rest: null,
    config: {
      // Nothing is dialled, and the log says so.
      webSocketUrl: `replay:${source}`,
      partitions,
      quoteMaxAgeMs: venue.quoteMaxAgeMs,
      assumeSubscribed: true,
      ackTimeoutMs: Infinity,
      // A capture has no peer whose life could be judged, and it waits for as long as it has to.
      pingIntervalMs: null,
      pingTimeoutMs: 1_000,
      silenceLimitMs: null,
      pauseMaxMs: Infinity,
      reconnectBaseMs: 1_000,
      reconnectMaxMs: 1_000,
      gapHoldMs: 0,
      backfillMs: 0,
      bufferMaxTicks: BUFFER_MAX_TICKS,
    },
  });
}
