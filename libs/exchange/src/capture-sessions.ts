import {
  captureLine,
  type CaptureLine,
  type Decoder,
  type DecodedEvent,
  type Venue,
} from '@neuraltrade/venues';
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';
import { isStart, readStart } from './capture-events';
import { type ByteRange, readLines } from './line-reader';

/** Event time that falls by more (ms) begins a new session: one recording does not go back. */
const EVENT_TIME_FALL_MS = 60_000;
const NAMED_FAULTS = 5;

/** A venue of a replay. */
export interface ReplayVenue {
  /** Its protocol. */
  readonly venue: Venue;
  /** BASE/QUOTE symbols to read; others in the capture are counted as unlisted. */
  readonly symbols: readonly string[];
}

/** A run of lines of one source whose time does not fall. */
export interface CaptureSession {
  /** The source that its lines name; '' where they name none. */
  readonly source: string;
  /** Whether its lines carry the time of their arrival. */
  readonly timed: boolean;
  /** Whether it holds everything that came in to the recorded adapters, from what they began with to their end. */
  readonly complete: boolean;
  /** Venue time of its first frame that tells one, else its first arrival, ms UTC; 0 when no line tells any time. */
  readonly firstEventMs: number;
  /** Names of the venues whose frames it holds. */
  readonly venues: readonly string[];
  /** Where its lines lie; lines of other sources may lie between them. */
  readonly parts: readonly CapturePart[];
}

/** A stretch of one file. */
export interface CapturePart extends ByteRange {
  /** The file. */
  readonly file: string;
}

/** What captures hold. */
export interface Captures {
  /** The sessions in the order of their first event time. */
  readonly sessions: readonly CaptureSession[];
  /** Frames of venues that are replayed. */
  readonly frames: number;
  /** Lines that tell of something else than a frame. */
  readonly events: number;
  /** Complete recordings whose beginning this version cannot read; their frames are replayed as those of any capture. */
  readonly unreadable: number;
  /** Frames of venues that are not replayed, or of none. */
  readonly otherVenues: number;
  /** Lines that are no capture lines. */
  readonly malformed: number;
  /** Sentences on the first few malformed lines. */
  readonly faults: readonly string[];
}

interface OpenSession {
  readonly session: { -readonly [K in keyof CaptureSession]: CaptureSession[K] };
  readonly parts: { file: string; start: number; end: number }[];
  readonly venues: Set<string>;
  readonly decoders: Map<string, Decoder>;
  hasEventTime: boolean;
  newestMs: number | null;
}

/**
 * Reads captures once, holding no more than a few lines, and finds their sessions.
 * @throws ExpectedError with a plain sentence when a file cannot be read or is given twice.
 */
export async function readCaptures(
  files: readonly string[],
  venues: readonly ReplayVenue[],
): Promise<Captures> {
  await refuseRepeated(files);
  const byName = new Map(venues.map((entry) => [entry.venue.name, entry]));
  const sessions: OpenSession[] = [];
  const current = new Map<string, OpenSession>();
  const faults: string[] = [];
  let [frames, events, otherVenues, malformed, unreadable] = [0, 0, 0, 0, 0];

  for (const file of files) {
    for await (const lines of readLines(file)) {
      for (const { text, number, start, end } of lines) {
        if (text.trim() === '') continue;
        const line = captureLine(text);
        if (line === null) {
          malformed += 1;
          if (faults.length < NAMED_FAULTS)
            faults.push(`${basename(file)} line ${number} is not JSON: skipped.`);
          continue;
        }
        const venue = line.venue === null ? undefined : byName.get(line.venue);
        if (line.frame === null) events += 1;
        else if (venue === undefined) otherVenues += 1;
        else frames += 1;
        if (venue === undefined) continue;
        let open: OpenSession | undefined = current.get(sessionKey(line));
        if (isStart(line.event, line.body)) {
          if (readStart(line.body) === null) {
            unreadable += 1;
            continue;
          }
          open = recordingOf(line, venue, current, sessions);
        } else if (open?.session.complete !== true) {
          if (line.frame === null) continue;
          open = sessionFor(line, line.frame, venue, current, sessions);
        }
        const part = open.parts.at(-1);
        if (part?.file === file) part.end = end;
        else open.parts.push({ file, start, end });
      }
    }
  }
  sessions.sort((a, b) => byTime(a.session.firstEventMs, b.session.firstEventMs));
  return {
    sessions: sessions.map(({ session, parts, venues: names }) => ({
      ...session,
      firstEventMs: Number.isFinite(session.firstEventMs) ? session.firstEventMs : 0,
      parts,
      venues: [...names],
    })),
    frames,
    events,
    unreadable,
    otherVenues,
    malformed,
    faults,
  };
}

/** A file read twice would be two recordings of the same market; links to one file are that file. */
async function refuseRepeated(files: readonly string[]): Promise<void> {
  const seen = new Map<string, string>();
  for (const file of files) {
    // Reading a file that does not exist says so.
    const path = await realpath(file).catch(() => file);
    const earlier = seen.get(path);
    if (earlier !== undefined) {
      const names = earlier === file ? file : `${file} (the same file as ${earlier})`;
      throw new ExpectedError(`The capture ${names} is given twice: name it once.`);
    }
    seen.set(path, file);
  }
}

/** Sessions whose frames tell no time at all (acks, heartbeats) come last, in the order of the files. */
function byTime(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

/** The complete session that an adapter's first line belongs to; it holds one run of each venue. */
function recordingOf(
  line: CaptureLine,
  { venue }: ReplayVenue,
  current: Map<string, OpenSession>,
  sessions: OpenSession[],
): OpenSession {
  const key = sessionKey(line);
  let open = current.get(key);
  if (open?.session.complete !== true || open.venues.has(venue.name)) {
    open = newSession(line);
    open.session.complete = true;
    open.session.firstEventMs = line.recvMs ?? 0;
    current.set(key, open);
    sessions.push(open);
  }
  open.venues.add(venue.name);
  return open;
}

/** The session that a line belongs to; begins a new one where the rules say so. */
function sessionFor(
  line: CaptureLine,
  frame: string,
  venue: ReplayVenue,
  current: Map<string, OpenSession>,
  sessions: OpenSession[],
): OpenSession {
  const key = sessionKey(line);
  let open = current.get(key);
  const begin = (): OpenSession => {
    const begun = newSession(line);
    current.set(key, begun);
    sessions.push(begun);
    return begun;
  };
  open ??= begin();
  // Where lines carry their arrival, a frame's own time is only needed until one is known.
  let eventMs = line.recvMs === null || !open.hasEventTime ? ownTime(open, venue, frame) : null;
  const timeMs = line.recvMs ?? eventMs;
  const fallMs = line.recvMs === null ? EVENT_TIME_FALL_MS : 0;
  if (timeMs !== null && open.newestMs !== null && timeMs < open.newestMs - fallMs) {
    open = begin();
    eventMs = ownTime(open, venue, frame);
  }
  open.venues.add(venue.venue.name);
  if (timeMs !== null) open.newestMs = Math.max(open.newestMs ?? timeMs, timeMs);
  if (eventMs !== null && !open.hasEventTime) {
    open.hasEventTime = true;
    open.session.firstEventMs = eventMs;
  } else if (timeMs !== null && open.session.firstEventMs === Infinity) {
    open.session.firstEventMs = timeMs;
  }
  return open;
}

function newSession(line: CaptureLine): OpenSession {
  return {
    session: {
      source: line.source ?? '',
      timed: line.recvMs !== null,
      complete: false,
      firstEventMs: Infinity,
      venues: [],
      parts: [],
    },
    parts: [],
    venues: new Set(),
    decoders: new Map(),
    hasEventTime: false,
    newestMs: null,
  };
}

function ownTime(open: OpenSession, { venue, symbols }: ReplayVenue, frame: string): number | null {
  let decoder = open.decoders.get(venue.name);
  if (decoder === undefined) {
    decoder = venue.createDecoder(symbols);
    open.decoders.set(venue.name, decoder);
  }
  return frameTimeMs(decoder.decode(frame, 0));
}

/** Which run of lines a line continues: lines with and without arrival times of one source are apart. */
export function sessionKey({ source, recvMs }: Pick<CaptureLine, 'source' | 'recvMs'>): string {
  return `${recvMs === null ? 'untimed' : 'timed'} ${source ?? ''}`;
}

/** The latest time (ms UTC, by the venue) that the events of a live frame name; null when they name none. */
export function frameTimeMs(events: readonly DecodedEvent[]): number | null {
  let latest: number | null = null;
  for (const event of events) {
    // A trade of the past says nothing about when its frame was sent.
    if (event.type !== 'trade' && event.type !== 'quote' && event.type !== 'control') continue;
    const own =
      event.type === 'control' || (event.type === 'trade' && event.history) ? null : event.timestamp;
    const time = Math.max(own ?? -1, event.sentAt ?? -1);
    if (time >= 0 && (latest === null || time > latest)) latest = time;
  }
  return latest;
}
