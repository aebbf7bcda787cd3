import { captureLine, type CaptureLine, type Venue } from '@neuraltrade/venues';
import { isStart, readStart } from './capture-events';
import { type CaptureSession, sessionKey } from './capture-sessions';
import type { FileLine } from './line-reader';
import { ReplayInputs } from './replay-inputs';
import type { RecordedFeed, ReplayedVenue, ReplayOptions } from './replay-session';
import { UnlistedTally } from './unlisted-tally';

type RecordingOptions = Pick<Required<ReplayOptions>, 'venues' | 'createRecordedFeed'> & {
  readonly pace: ReplayOptions['pace'] | undefined;
  readonly signal: ReplayOptions['signal'] | undefined;
};

/**
 * The adapters of one complete recording. Lines that were handled in one go are played in one go; between others
 * everything that the adapters do in promises runs to its end, as it did when they were recorded.
 */
export class RecordingStage {
  readonly #options: RecordingOptions;
  readonly #key: string;
  readonly #players = new Map<string, Player>();
  #turn: CaptureLine[] = [];

  /** Adapters are made when their first lines come. */
  constructor(session: CaptureSession, options: RecordingOptions) {
    this.#options = options;
    this.#key = sessionKey({ source: session.source, recvMs: 0 });
  }

  /** Plays the recording's lines among these, until the replay is to end; the last turn waits for what may belong to it. */
  async play(lines: readonly FileLine[]): Promise<void> {
    for (const { text } of lines) {
      const line = captureLine(text);
      if (line === null || line.venue === null || sessionKey(line) !== this.#key) continue;
      if (!line.joined) {
        await this.#playTurn();
        if (this.#options.signal?.aborted) return;
      }
      this.#turn.push(line);
    }
  }

  /** The recording ends here; of adapters that were recorded to their end nothing more comes. */
  async end(): Promise<ReplayedVenue[]> {
    await this.#playTurn();
    const players = [...this.#players.values()];
    for (const player of players) player.end();
    await Promise.all(players.map(({ feed }) => feed.drain()));
    return players.map((player) => player.report());
  }

  async #playTurn(): Promise<void> {
    const turn = this.#turn;
    const [first] = turn;
    const { pace, signal } = this.#options;
    if (first === undefined || signal?.aborted) return;
    this.#turn = [];
    const due = first.recvMs === null ? undefined : pace?.(first.recvMs);
    if (due !== undefined) await due;
    for (const { feed } of this.#players.values()) {
      const caughtUp = feed.behind();
      if (caughtUp !== undefined) await caughtUp;
    }
    if (signal?.aborted) return;
    if (turn.length === 1) this.#playVenue(first.venue, turn);
    else {
      for (const name of new Set(turn.map(({ venue }) => venue))) {
        const lines = turn.filter(({ venue }) => venue === name);
        this.#playVenue(name, lines);
      }
    }
    // What the adapters wait for are other lines: everything else that they do is done after this.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #playVenue(name: string | null, lines: readonly CaptureLine[]): void {
    const player = this.#players.get(name ?? '');
    if (player !== undefined) {
      player.expect(lines);
      player.play(lines);
      return;
    }
    const [start, ...rest] = lines;
    const entry = this.#options.venues.find(({ venue }) => venue.name === name);
    if (start === undefined || entry === undefined || !isStart(start.event, start.body)) return;
    this.#begin(entry.venue, start, rest);
  }

  #begin(venue: Venue, { recvMs, body }: CaptureLine, rest: readonly CaptureLine[]): void {
    const start = readStart(body);
    if (start === null) return;
    const inputs = new ReplayInputs(recvMs ?? 0);
    const tally = new UnlistedTally(venue);
    const feed = this.#options.createRecordedFeed(tally.venue, start, inputs);
    const player = new Player(venue.name, inputs, feed, tally);
    this.#players.set(venue.name, player);
    player.expect(rest);
    feed.adapter.connect();
    player.play(rest);
  }
}

/** One venue's part of a recording. */
class Player {
  readonly feed: RecordedFeed;
  readonly #exchange: string;
  readonly #inputs: ReplayInputs;
  readonly #unlisted: UnlistedTally;
  #frames = 0;

  constructor(exchange: string, inputs: ReplayInputs, feed: RecordedFeed, unlisted: UnlistedTally) {
    this.feed = feed;
    this.#exchange = exchange;
    this.#inputs = inputs;
    this.#unlisted = unlisted;
  }

  play(lines: readonly CaptureLine[]): void {
    for (const { frame } of lines) if (frame !== null) this.#frames += 1;
    this.#inputs.play(lines, this.feed.adapter);
  }

  expect(lines: readonly CaptureLine[]): void {
    this.#inputs.expect(lines);
  }

  end(): void {
    if (!this.#inputs.stopped) this.feed.adapter.disconnect();
  }

  report(): ReplayedVenue {
    const events = this.feed.adapter.eventCounts();
    return {
      exchange: this.#exchange,
      frames: this.#frames,
      trades: events['trade'] ?? 0,
      events,
      unlisted: this.#unlisted.figures(),
      strays: this.#inputs.strays,
    };
  }
}
