import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RawRecord } from '@neuraltrade/contracts';
import { createMetrics } from '@neuraltrade/metrics';
import type { AdapterParts } from '../adapter-assembly';
import type { AdapterOutput } from '../adapter-output';
import type { AdapterState } from '../adapter-state';
import { recordedSettings } from '../capture-events';
import { recordAdapter } from '../capture-recorder';
import { readCaptures } from '../capture-sessions';
import type { AdapterSettings, ExchangeAdapter } from '../exchange-adapter';
import { Recording } from '../recording';
import { recordedAdapter } from '../replay-recorded-feed';
import { type ReplayedVenue, replaySession } from '../replay-session';
import { type VirtualTimers, virtualTimers } from '../virtual-timers';
import { keptLog, testVenue } from './adapter-harness';
import type { Answerer } from './scripted-history';
import { ScriptedTransport } from './scripted-transport';
import { TEST_START } from './venue-frames';

/** What an adapter gave out and counted. */
export interface AdapterOutcome {
  /** Its records in order. */
  readonly records: readonly RawRecord[];
  /** Its figures at the end. */
  readonly figures: object;
  /** Its log without anything that a replay says on its own. */
  readonly sentences: readonly string[];
}

/** Settings of the adapters under test: short times, small buffers. */
const SETTINGS: AdapterSettings = {
  webSocketUrl: 'ws://venue.test/feed',
  partitions: 4,
  reconnectBaseMs: 1_000,
  reconnectMaxMs: 8_000,
  pingIntervalMs: 20_000,
  pingTimeoutMs: 10_000,
  silenceLimitMs: 60_000,
  pauseMaxMs: 4_000,
  quoteMaxAgeMs: 30_000,
  ackTimeoutMs: 3_000,
  assumeSubscribed: false,
  gapHoldMs: 10_000,
  backfillMs: 0,
  bufferMaxTicks: 50,
};

/** An adapter with a scripted venue and a virtual clock that is recorded into a file, and can be replayed from it. */
export class RecordedSession {
  readonly timers: VirtualTimers = virtualTimers(TEST_START);
  readonly transport = new ScriptedTransport(this.timers);
  readonly adapter: ExchangeAdapter;
  /** The adapter's requests that wait for an answer. */
  readonly asked: { readonly path: string; readonly answer: (answer: ReturnType<Answerer>) => void }[] = [];
  /** Whether records find room; where they do not, nobody pauses the adapter. */
  hasRoom = true;
  /** Pauses the adapter when so many more records were taken; null = never. */
  pauseAfter: number | null = null;
  readonly #directory: string;
  readonly #recording: Recording;
  readonly #venue: string;
  readonly #records: RawRecord[] = [];
  readonly #log = keptLog();
  #reads = 0;

  private constructor(directory: string, recording: Recording, venue: string, parts: Partial<AdapterParts>) {
    this.#directory = directory;
    this.#recording = recording;
    this.#venue = venue;
    const take = (record: RawRecord): boolean => {
      if (!this.hasRoom) return false;
      this.#records.push(record);
      if (this.pauseAfter !== null && (this.pauseAfter -= 1) === 0) this.adapter.pause();
      return true;
    };
    const output: AdapterOutput = {
      tick: take,
      backfill: take,
      gap: (gap) => void this.#records.push(gap),
      clock: (clock) => void this.#records.push(clock),
    };
    this.adapter = recordAdapter(
      {
        venue: testVenue(venue),
        symbols: ['BTC/USDT'],
        settings: SETTINGS,
        restUrl: 'http://venue.test',
        charged: 1,
        state: new Map(),
        transport: this.transport,
        // A clock that goes on while an input is handled, as every real one.
        timers: { ...this.timers, now: () => this.timers.now() + ((this.#reads += 1) % 5) },
        random: () => 0.5,
        fetch: (url) => this.#fetch(url),
        output,
        metrics: createMetrics(),
        log: this.#log,
        ...parts,
      },
      recording,
    );
    this.adapter.connect();
  }

  /** An adapter that is dialling. */
  static async begin(
    venue: string,
    parts: { settings?: Partial<AdapterSettings>; symbols?: readonly string[]; state?: AdapterState } = {},
  ): Promise<RecordedSession> {
    const directory = await mkdtemp(join(tmpdir(), 'recording-'));
    const recording = await Recording.open(join(directory, 'capture.jsonl'), false, TEST_START, 0.5);
    const settings = { ...SETTINGS, ...parts.settings };
    return new RecordedSession(directory, recording, venue, { ...parts, settings });
  }

  /** Lets everything that the adapter does in promises run to its end. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves the clock on. */
  pass(ms: number): void {
    this.timers.advanceTo(this.timers.now() + ms);
  }

  /** Ends the adapter and its recording, and says what came of it. */
  async end(): Promise<AdapterOutcome> {
    await this.settle();
    this.adapter.disconnect();
    await this.settle();
    await this.#recording.close();
    const figures = this.adapter.figures();
    return { records: this.#records, figures, sentences: this.#log.sentences };
  }

  /** The lines of the recording, once it has ended. */
  async lines(): Promise<string[]> {
    return (await readFile(this.#recording.file, 'utf8')).trimEnd().split('\n');
  }

  /** Replays the recording, or other lines in its place. */
  async replay(lines?: readonly string[]): Promise<{ outcome: AdapterOutcome; report: ReplayedVenue }> {
    if (lines !== undefined) await writeFile(this.#recording.file, `${lines.join('\n')}\n`);
    const venues = [{ venue: testVenue(this.#venue), symbols: ['BTC/USDT'] }];
    const { sessions } = await readCaptures([this.#recording.file], venues);
    const [session] = sessions;
    if (session === undefined || sessions.length > 1)
      throw new Error(`${sessions.length} sessions were found.`);
    const records: RawRecord[] = [];
    const log = keptLog();
    let adapter: ExchangeAdapter | null = null;
    const reports = await replaySession(session, {
      venues,
      createFeed: () => {
        throw new Error('The recording was not taken for complete.');
      },
      createRecordedFeed: (venue, start, inputs) => {
        adapter = recordedAdapter(venue, start, inputs, {
          settings: recordedSettings(start.settings, SETTINGS),
          output: {
            tick: (tick) => records.push(tick) > 0,
            backfill: () => false,
            gap: (gap) => void records.push(gap),
            clock: (clock) => void records.push(clock),
          },
          metrics: createMetrics(),
          log,
        });
        return { adapter, drain: () => Promise.resolve(), behind: () => undefined };
      },
    });
    const [report] = reports;
    if (report === undefined) throw new Error('Nothing was replayed.');
    const figures = (adapter as ExchangeAdapter | null)?.figures() ?? {};
    return { outcome: { records, figures, sentences: log.sentences }, report };
  }

  /** Removes the file. */
  remove(): Promise<void> {
    return rm(this.#directory, { recursive: true, force: true });
  }

  #fetch(url: string): Promise<Response> {
    const { pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      const answer = (given: ReturnType<Answerer>): void => {
        void Promise.resolve(given).then((found) => {
          if (found === null) return reject(new Error('socket hang up'));
          const { status, body, headers } = found;
          resolve(
            new Response(typeof body === 'string' ? body : JSON.stringify(body), {
              status,
              ...(headers === undefined ? {} : { headers }),
            }),
          );
        });
      };
      this.asked.push({ path: pathname + search, answer });
    });
  }
}
