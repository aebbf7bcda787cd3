import type { RawRecord } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import { adapterConfig } from './adapter-config';
import { liveSettings } from './adapter-assembly';
import type { AdapterOutput } from './adapter-output';
import { recordedSettings } from './capture-events';
import type { CaptureSession, ReplayVenue } from './capture-sessions';
import type { Log } from './log';
import { replayAdapter } from './replay-feed';
import { recordedAdapter } from './replay-recorded-feed';
import { type ReplayedVenue, replaySession } from './replay-session';

/** How records of captures are read. */
export interface ReplayRecordsDeps {
  /** The venues to replay. */
  readonly venues: readonly ReplayVenue[];
  /** Takes each record, in the order in which a live adapter would have published it. */
  readonly take: (record: RawRecord) => void;
  /** Where adapters count. */
  readonly metrics: Metrics;
  /** Where adapters report. */
  readonly log: Log;
}

/**
 * Sends a session of a capture through fresh adapters and hands out what they publish, past any bus: the very records that the
 * recorded adapters gave. Clock records name all symbols of a venue at once, as with one partition.
 */
export function replayRecords(
  session: CaptureSession,
  { venues, take, metrics, log }: ReplayRecordsDeps,
): Promise<ReplayedVenue[]> {
  const takeTrade = (record: RawRecord): true => {
    take(record);
    return true;
  };
  const output: AdapterOutput = { tick: takeTrade, backfill: takeTrade, gap: take, clock: take };
  // Every record is taken at once.
  const drain = (): Promise<void> => Promise.resolve();
  const behind = (): undefined => undefined;
  const partitions = 1;
  return replaySession(session, {
    venues,
    createFeed: (entry, transport, timers) => {
      const source = entry.venue.name;
      const capture = { transport, timers, output, partitions, source, metrics, log };
      return { adapter: replayAdapter({ ...entry, ...capture }), drain };
    },
    createRecordedFeed: (venue, start, inputs) => {
      const defaults = liveSettings(adapterConfig({}, venue));
      const settings = { ...recordedSettings(start.settings, defaults), partitions };
      return {
        adapter: recordedAdapter(venue, start, inputs, { settings, output, metrics, log }),
        drain,
        behind,
      };
    },
  });
}
