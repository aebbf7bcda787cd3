import { captureLine, type Decoder } from '@neuraltrade/venues';
import { type CaptureSession, frameTimeMs, type ReplayVenue, sessionKey } from './capture-sessions';
import type { ExchangeAdapter } from './exchange-adapter';
import { FileTransport } from './file-transport';
import { readLines } from './line-reader';
import type { Timers } from './timers';
import type { Transport } from './transport';
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

/** What a session is replayed with. */
export interface ReplayOptions {
  /** The venues to replay. */
  readonly venues: readonly ReplayVenue[];
  /** Makes a fresh adapter, which must not judge the capture's silences (see {@link createReplayFeed}). */
  readonly createFeed: (venue: ReplayVenue, transport: Transport, timers: Timers) => ReplayFeed;
  /** Waits until a recorded instant (ms UTC) is due, undefined when it is; absent = as fast as the records are taken. */
  readonly pace?: (recordedMs: number) => Promise<void> | undefined;
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
}

/**
 * Sends a session's frames through fresh adapters. The capture is the clock: its arrival times (or the frames' own times
 * where it has none) drive receivedAt, clock records and timers. Waits while the records are not taken, so that a capture
 * of any size needs little memory.
 */
export async function replaySession(
  session: CaptureSession,
  options: ReplayOptions,
): Promise<ReplayedVenue[]> {
  const key = sessionKey({ source: session.source, recvMs: session.timed ? 0 : null });
  let stage: Stage | null = null;
  for (const { file, start, end } of session.parts) {
    for await (const lines of readLines(file, { start, end })) {
      for (const { text } of lines) {
        const line = captureLine(text);
        // Lines of other sources may lie between those of this session.
        if (line === null || line.frame === null || line.venue === null || sessionKey(line) !== key) continue;
        stage ??= new Stage(session, options, line.recvMs ?? session.firstEventMs);
        const player = stage.players.get(line.venue);
        if (player === undefined) continue;
        const instant = line.recvMs ?? player.ownTime(line.frame);
        const waiting = instant === null ? undefined : options.pace?.(instant);
        if (waiting !== undefined) await waiting;
        stage.moveTo(instant);
        if (player.transport.paused) await player.transport.whenReading();
        player.play(line.frame);
      }
    }
  }
  return stage === null ? [] : stage.end();
}

/** The adapters of one session and their common clock. */
class Stage {
  readonly players = new Map<string, Player>();
  readonly #timers: VirtualTimers;

  constructor(session: CaptureSession, options: ReplayOptions, startMs: number) {
    this.#timers = virtualTimers(Math.floor(startMs));
    for (const entry of options.venues) {
      const { name } = entry.venue;
      if (!session.venues.includes(name)) continue;
      const transport = new FileTransport(this.#timers);
      this.players.set(
        name,
        new Player(entry, transport, options.createFeed(entry, transport, this.#timers)),
      );
    }
    for (const { feed } of this.players.values()) feed.adapter.connect();
    this.#timers.advanceTo(this.#timers.now());
  }

  /** Moves the clock to the time of a line; it never goes back, and stays where a frame names no time. */
  moveTo(timeMs: number | null): void {
    if (timeMs === null) return;
    const instant = Math.floor(timeMs);
    if (instant - this.#timers.now() > LONGEST_LIVED_HOLE_MS) this.#timers.jumpTo(instant);
    else this.#timers.advanceTo(instant);
  }

  /** The capture ends here, the market does not: nothing is recorded as lost. */
  async end(): Promise<ReplayedVenue[]> {
    const players = [...this.players.values()];
    for (const { feed } of players) feed.adapter.disconnect();
    await Promise.all(players.map(({ feed }) => feed.drain()));
    return players.map((player) => player.report());
  }
}

/** One venue's part of a session. */
class Player {
  readonly transport: FileTransport;
  readonly feed: ReplayFeed;
  readonly #exchange: string;
  readonly #times: Decoder;
  #frames = 0;

  constructor({ venue, symbols }: ReplayVenue, transport: FileTransport, feed: ReplayFeed) {
    this.transport = transport;
    this.feed = feed;
    this.#exchange = venue.name;
    this.#times = venue.createDecoder(symbols);
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
    return { exchange: this.#exchange, frames: this.#frames, trades: events['trade'] ?? 0, events };
  }
}
