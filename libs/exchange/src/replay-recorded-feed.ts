import type { Venue } from '@neuraltrade/venues';
import { type AdapterParts, assembleAdapter } from './adapter-assembly';
import { type CaptureStart, recordedSettings } from './capture-events';
import type { AdapterSettings, ExchangeAdapter } from './exchange-adapter';
import type { Log } from './log';
import type { ReplayFeedDeps } from './replay-feed';
import { createReplayPublisher } from './replay-publisher';
import type { ReplayInputs } from './replay-inputs';
import type { RecordedFeed } from './replay-session';
import { seededRandom } from './seeded-random';

/** More records do not wait for the bus before the next input is played. */
const WAITING_RECORDS = 10_000;

/** An adapter as it was when a recording began, fed by the recording and publishing on a bus as the recorded one did. */
export function createRecordedFeed(
  deps: ReplayFeedDeps & {
    /** The settings of an adapter that nobody has changed, for those that the recording does not know. */
    readonly settings: AdapterSettings;
  },
  venue: Venue,
  start: CaptureStart,
  inputs: ReplayInputs,
): RecordedFeed {
  const { partitions, metrics, log } = deps;
  // How many partitions there are shapes no record, and is up to the processor that takes them.
  const settings = { ...recordedSettings(start.settings, deps.settings), partitions };
  // What was refused is in the recording: here there is room for all that one input can bring on top of what waits.
  const bufferMaxTicks = 2 * (settings.bufferMaxTicks + WAITING_RECORDS);
  const publisher = createReplayPublisher(deps, venue.name, bufferMaxTicks);
  const taken = { settings, output: publisher.output, metrics, log: retold(log) };
  return {
    adapter: recordedAdapter(venue, start, inputs, taken),
    drain: () => publisher.drain(),
    behind: () => (publisher.depth > WAITING_RECORDS ? publisher.drain() : undefined),
  };
}

/** An adapter as it was when a recording began, with what takes its records now. */
export function recordedAdapter(
  venue: Venue,
  { symbols, restUrl, charged, state, seed }: CaptureStart,
  inputs: ReplayInputs,
  { settings, output, metrics, log }: Pick<AdapterParts, 'settings' | 'output' | 'metrics' | 'log'>,
): ExchangeAdapter {
  const { transport, timers, fetch } = inputs;
  for (const [symbol, known] of state) inputs.state.set(symbol, known);
  const adapter: ExchangeAdapter = assembleAdapter({
    ...{ venue, symbols, settings, restUrl, charged, state: inputs.state, metrics, log },
    ...{ transport, timers, fetch, random: seededRandom(seed) },
    output: inputs.output(output, () => adapter),
  });
  return adapter;
}

/** Nothing is dialled now: the log says that it tells of another time. */
function retold(log: Log): Log {
  const words = (sentence: string): string => `As recorded: ${sentence}`;
  return {
    info: (fields, sentence) => log.info(fields, words(sentence)),
    warn: (fields, sentence) => log.warn(fields, words(sentence)),
    error: (fields, sentence) => log.error(fields, words(sentence)),
  };
}
