import { captureLine, type Decoder, type Venue } from '@neuraltrade/venues';
import type { CaptureStart } from './capture-events';
import { type CaptureSession, frameTimeMs, type ReplayVenue, sessionKey } from './capture-sessions';
import type { ExchangeAdapter } from './exchange-adapter';
import { FileTransport } from './file-transport';
import { type FileLine, readLines } from './line-reader';
import type { ReplayInputs } from './replay-inputs';
import { RecordingStage } from './replay-recording';
import type { Timers } from './timers';
import type { Transport } from './transport';
import { type UnlistedFrames, UnlistedTally } from './unlisted-tally';
import { type VirtualTimers, virtualTimers } from './virtual-timers';

/** Time that passes within a session is lived through second by second up to this hole (ms); a larger one is jumped. */
const LONGEST_LIVED_HOLE_MS = 300_000;

/** An adapter of a replay and what takes its records. */
export interface ReplayFeed {
  /** Reads the frames. */
  readonly adapter: ExchangeAdapter;
  /** Resolves when every record that the adapter gave has been taken. */
  drain(): Promise<void>;
}

/** An adapter that is given a recording's inputs, and what takes its records. */
export interface RecordedFeed extends ReplayFeed {
  /** A promise to wait for while its records are not taken as fast as they come; undefined when nothing needs to wait. */
  behind(): Promise<void> | undefined;
}

/** What a session is replayed with. */
export interface ReplayOptions {
  /** The venues to replay. */
  readonly venues: readonly ReplayVenue[];
  /** Makes a fresh adapter, which must not judge the capture's silences (see {@link createReplayFeed}). */
  readonly createFeed: (venue: ReplayVenue, transport: Transport, timers: Timers) => ReplayFeed;
  /** Makes an adapter as it was when a complete recording began; absent = of such a recording, too, only the frames are replayed. */
  readonly createRecordedFeed?: (venue: Venue, start: CaptureStart, inputs: ReplayInputs) => RecordedFeed;
  /** Waits until a recorded instant (ms UTC) is due, undefined when it is; absent = as fast as the records are taken. */
  readonly pace?: (recordedMs: number) => Promise<void> | undefined;
  /** Ends the replay early: what was read by then is drained and told. */
  readonly signal?: AbortSignal;
}

/** What one venue's frames of a session held. */
export interface ReplayedVenue {
  /** The venue's name. */
  readonly exchange: string;
  /** Frames read. */
  readonly frames: number;
  /** Live trades among their events. */
  readonly trades: number;
  /** Events by kind; 'history' are trades of the past. */
  readonly events: Readonly<Record<string, number>>;
  /** Frames of symbols that were not asked for. */
  readonly unlisted: UnlistedFrames;
  /** Recorded inputs that the adapter had no place for: it is not the version that was recorded, and its records may differ. */
  readonly strays: number;
}

/**
 * Sends a session through fresh adapters. A complete recording gives them every input that the recorded ones had, in the
 * same order. Of any other capture they get the frames, and the capture is the clock: its arrival times (or the frames'
 * own times where it has none) drive receivedAt, clock records and timers. Waits while the records are not taken, so that
 * a capture of any size needs little memory.
 */
export async function replaySession(
  session: CaptureSession,
  options: ReplayOptions,
): Promise<ReplayedVenue[]> {
  const { createRecordedFeed, venues, pace, signal } = options;
  const stage =
    session.complete && createRecordedFeed !== undefined
      ? new RecordingStage(session, { venues, createRecordedFeed, pace, signal })
      : new FrameStage(session, options);
  for (const { file, start, end } of session.parts) {
    for await (const lines of readLines(file, { start, end })) {
      if (options.signal?.aborted) return stage.end();
      await stage.play(lines);
    }
  }
  return stage.end();
}

/** The adapters of one session of frames and their common clock; they begin with its first line. */
class FrameStage {
  readonly #session: CaptureSession;
  readonly #options: ReplayOptions;
  readonly #key: string;
  readonly #players = new Map<string, Player>();
  #timers: VirtualTimers | null = null;

  constructor(session: CaptureSession, options: ReplayOptions) {
    this.#session = session;
    this.#options = options;
    this.#key = sessionKey({ source: session.source, recvMs: session.timed ? 0 : null });
  }

  /** Plays the session's lines among these, until the replay is to end. */
  async play(lines: readonly FileLine[]): Promise<void> {
    const { pace, signal } = this.#options;
    for (const { text } of lines) {
      const line = captureLine(text);
      if (line === null || line.frame === null || line.venue === null) continue;
      // Lines of other sources may lie between those of this session.
      if (sessionKey(line) !== this.#key) continue;
      this.#timers ??= this.#begin(line.recvMs ?? this.#session.firstEventMs);
      const player = this.#players.get(line.venue);
      if (player === undefined) continue;
      const instant = line.recvMs ?? player.ownTime(line.frame);
      const waiting = instant === null ? undefined : pace?.(instant);
      if (waiting !== undefined) {
        await waiting;
        if (signal?.aborted) return;
      }
      moveTo(this.#timers, instant);
      if (player.transport.paused) {
        await player.transport.whenReading(signal);
        if (signal?.aborted) return;
      }
      player.play(line.frame);
    }
  }

  /** The capture ends here, the market does not: nothing is recorded as lost. */
  async end(): Promise<ReplayedVenue[]> {
    const players = [...this.#players.values()];
    for (const { feed } of players) feed.adapter.disconnect();
    await Promise.all(players.map(({ feed }) => feed.drain()));
    return players.map((player) => player.report());
  }

  #begin(startMs: number): VirtualTimers {
    const timers = virtualTimers(Math.floor(startMs));
    for (const entry of this.#options.venues) {
      const { name } = entry.venue;
      if (!this.#session.venues.includes(name)) continue;
      const transport = new FileTransport(timers);
      const tally = new UnlistedTally(entry.venue);
      const feed = this.#options.createFeed({ ...entry, venue: tally.venue }, transport, timers);
      this.#players.set(name, new Player(entry, transport, feed, tally));
    }
    for (const { feed } of this.#players.values()) feed.adapter.connect();
    timers.advanceTo(timers.now());
    return timers;
  }
}

/** Moves the clock to the time of a line; it never goes back, and stays where a frame names no time. */
function moveTo(timers: VirtualTimers, timeMs: number | null): void {
  if (timeMs === null) return;
  const instant = Math.floor(timeMs);
  if (instant - timers.now() > LONGEST_LIVED_HOLE_MS) timers.jumpTo(instant);
  else timers.advanceTo(instant);
}

/** One venue's part of a session. */
class Player {
  readonly transport: FileTransport;
  readonly feed: ReplayFeed;
  readonly #exchange: string;
  readonly #times: Decoder;
  readonly #unlisted: UnlistedTally;
  #frames = 0;

  constructor(
    { venue, symbols }: ReplayVenue,
    transport: FileTransport,
    feed: ReplayFeed,
    unlisted: UnlistedTally,
  ) {
    this.transport = transport;
    this.feed = feed;
    this.#exchange = venue.name;
    this.#times = venue.createDecoder(symbols);
    this.#unlisted = unlisted;
  }

  ownTime(frame: string): number | null {
    return frameTimeMs(this.#times.decode(frame, 0));
  }

  play(frame: string): void {
    this.#frames += 1;
    this.transport.deliver(frame);
  }

  report(): ReplayedVenue {
    const events = this.feed.adapter.eventCounts();
    const unlisted = this.#unlisted.figures();
    const trades = events['trade'] ?? 0;
    return { exchange: this.#exchange, frames: this.#frames, trades, events, unlisted, strays: 0 };
  }
}
