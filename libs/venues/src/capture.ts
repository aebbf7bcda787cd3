import { endOfString, endOfValue, skipSpace } from './json-text';
import { isObject } from './json-value';

/** One line of a capture: a frame, or something else that happened on the recorded connection. */
export interface CaptureLine {
  /** The venue's name; null where the line does not say. */
  readonly venue: string | null;
  /** Which recording it belongs to; null where the line does not say. */
  readonly source: string | null;
  /** Which connection of that recording; null where the line does not say. */
  readonly conn: string | null;
  /** Arrival by the recorder's clock, ms UTC; null where the line does not say. */
  readonly recvMs: number | null;
  /** The frame as the venue sent it, every number's own text kept; null on an event line. */
  readonly frame: string | null;
  /** What happened instead of a frame ('open', 'close', 'clock', 'rest'); null on a frame line. */
  readonly event: string | null;
  /** The event's content: a text's value, any other JSON's own text; null where there is none. */
  readonly body: string | null;
  /** Whether it was handled in one go with the line before it, so that nothing could run in between. */
  readonly joined: boolean;
}

/** Whose lines are written. */
export interface CaptureOrigin {
  /** The venue's name. */
  readonly venue: string;
  /** Names the recording; unlike any other's. */
  readonly source: string;
  /** Which connection of the recording; null for what belongs to none. */
  readonly conn: number | null;
}

/** The beginning that all lines of one origin share; what is appended to it is up to {@link frameLine} and {@link eventLine}. */
export function lineHead({ venue, source, conn }: CaptureOrigin): string {
  const named = `{"venue":${JSON.stringify(venue)},"source":${JSON.stringify(source)}`;
  return `${named}${conn === null ? '' : `,"conn":${conn}`},"recv_ms":`;
}

/** A line for a frame, without line break; the frame is kept as a text, so that no character of it changes. */
export function frameLine(head: string, recvMs: number, joined: boolean, frame: string): string {
  return `${head}${recvMs}${joined ? JOINED : ''},"frame":${JSON.stringify(frame)}}`;
}

/** A line for something else than a frame, without line break. @param body any JSON value; undefined = none. */
export function eventLine(
  head: string,
  recvMs: number,
  joined: boolean,
  event: string,
  body?: unknown,
): string {
  const content = body === undefined ? '' : `,"body":${JSON.stringify(body)}`;
  return `${head}${recvMs}${joined ? JOINED : ''},"event":${JSON.stringify(event)}${content}}`;
}

/**
 * Reads one line of a capture: either `{venue, source, conn, recv_ms, frame}` with the frame as an object or as a text,
 * or `{venue, source, conn, recv_ms, event, body}`, or a bare frame. Null when the line is no JSON.
 */
export function captureLine(text: string): CaptureLine | null {
  const line = parsed(text);
  if (line === undefined) return null;
  if (!isObject(line) || Array.isArray(line)) return bareFrame(text);
  const isFrame = Object.hasOwn(line, 'frame');
  const isEvent =
    !isFrame &&
    typeof line['event'] === 'string' &&
    (Object.hasOwn(line, 'venue') || Object.hasOwn(line, 'recv_ms'));
  if (!isFrame && !isEvent) return bareFrame(text);
  const recvMs = line['recv_ms'];
  return {
    venue: label(line['venue']),
    source: label(line['source']),
    conn: label(line['conn']),
    recvMs: typeof recvMs === 'number' && Number.isFinite(recvMs) ? recvMs : null,
    frame: isFrame ? ownText(text, 'frame', line['frame']) : null,
    event: isEvent ? (line['event'] as string) : null,
    body: line['body'] === undefined ? null : ownText(text, 'body', line['body']),
    joined: line['joined'] === true,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function bareFrame(text: string): CaptureLine {
  return {
    venue: null,
    source: null,
    conn: null,
    recvMs: null,
    frame: text,
    event: null,
    body: null,
    joined: false,
  };
}

function label(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

/** A text's value; for anything else the characters that stand in the line. */
function ownText(line: string, key: string, value: unknown): string {
  return typeof value === 'string' ? value : fieldText(line, key);
}

/** The text of a top-level field of a well-formed object; of a repeated field the last one, as parsers have it. */
function fieldText(line: string, key: string): string {
  let found = '';
  let at = skipSpace(line, 0) + 1;
  for (;;) {
    at = skipSpace(line, at);
    if (line.charCodeAt(at) !== QUOTE) return found;
    const keyEnd = endOfString(line, at);
    const matches = namesKey(line.slice(at, keyEnd), key);
    const start = skipSpace(line, skipSpace(line, keyEnd) + 1);
    const end = endOfValue(line, start);
    if (matches) found = line.slice(start, end);
    at = skipSpace(line, end) + 1;
  }
}

/** A key may be written with escapes. */
function namesKey(quoted: string, key: string): boolean {
  return quoted === `"${key}"` || (quoted.includes('\\') && JSON.parse(quoted) === key);
}

const QUOTE = 0x22;
const JOINED = ',"joined":true';
