import { z } from 'zod';
import { type AdapterState, decodeState, encodeState } from './adapter-state';
import type { AdapterSettings } from './exchange-adapter';

/** The format of what follows a start line; a reader that knows another one does not guess. */
export const CAPTURE_VERSION = 1;

/** What an adapter began with. */
export interface CaptureStart {
  /** BASE/QUOTE symbols. */
  readonly symbols: readonly string[];
  /** Every setting of the adapter that is a number, a text, a truth value or null, by its name. */
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  /** Scheme, host and port of the REST interface. */
  readonly restUrl: string;
  /** Seed of its jitter, below 2^32. */
  readonly seed: number;
  /** Weight of the REST requests before the start. */
  readonly charged: number;
  /** What an earlier run had published. */
  readonly state: AdapterState;
}

/** The venue's answer to a REST request, or why there is none. */
export type RecordedAnswer =
  | {
      /** HTTP status. */
      readonly status: number;
      /** Headers, lower-case names. */
      readonly headers: Readonly<Record<string, string>>;
      /** The body. */
      readonly text: string;
    }
  | {
      /** What failed, in a few words. */
      readonly fault: string;
    };

const START = /^\{\s*"start"\s*:/;
const count = z.number().int().nonnegative();
const symbol = z.string().regex(/^[A-Z0-9]{1,24}\/[A-Z0-9]{1,24}$/);
const startSchema = z.object({
  start: z.object({
    version: z.literal(CAPTURE_VERSION),
    symbols: z.array(symbol).min(1),
    settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    restUrl: z.url(),
    seed: count,
    charged: z.number().nonnegative(),
    state: z.unknown(),
  }),
});
const symbolsSchema = z.object({ symbols: z.array(symbol), state: z.unknown() });
const answerSchema = z.union([
  z.object({ status: count, headers: z.record(z.string(), z.string()), text: z.string() }),
  z.object({ fault: z.string() }),
]);

/** Bodies of the other event lines. */
export const eventBodies = {
  /** The timer that ran, counted in the order in which timers were set. */
  timer: z.object({ timer: count }),
  /** The end of the adapter, and how many records it had offered. */
  stop: z.object({ stop: z.object({ calls: count }) }),
  /** A sign of life of the peer. */
  pong: z.object({ token: z.string() }),
  /** Why a connection ended. */
  close: z.object({ reason: z.string() }),
  /** Which offered record found no room, or caused a pause; counted over all records that the adapter offered. */
  call: z.object({ call: count }),
  /** An answer, and which request of the adapter it is for: its number and its path with query. */
  rest: z.object({ request: count, path: z.string() }).and(answerSchema),
} as const;

/** The body of a start line. */
export function startBody(start: CaptureStart): object {
  return { start: { version: CAPTURE_VERSION, ...start, state: plainState(start.state) } };
}

/** Whether an event's body begins a complete recording, readable or not. */
export function isStart(event: string | null, body: string | null): boolean {
  return event === 'clock' && body !== null && START.test(body);
}

/** The body of a line that changes the symbols, with what was published of those that are read from now on. */
export function symbolsBody(symbols: readonly string[], state: AdapterState): object {
  return { symbols, state: plainState(state) };
}

/** Reads the body of such a line; null when it cannot be read. */
export function readSymbols(
  body: string | null,
): { readonly symbols: readonly string[]; readonly state: AdapterState } | null {
  const found = eventBody(symbolsSchema, body);
  const state = found === null ? null : stateOf(found.state);
  return found === null || state === null ? null : { symbols: found.symbols, state };
}

/** Reads the body of a start line; null when it cannot be read, as one of another version. */
export function readStart(body: string | null): CaptureStart | null {
  const found = eventBody(startSchema, body);
  if (found === null) return null;
  const { state, symbols, settings, restUrl, seed, charged } = found.start;
  const known = stateOf(state);
  return known === null ? null : { symbols, settings, restUrl, seed, charged, state: known };
}

/** Reads the body of an event line; null when it is not what the schema says. */
export function eventBody<S extends z.ZodType>(schema: S, body: string | null): z.output<S> | null {
  if (body === null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The settings that can be written down. */
export function recordableSettings(settings: AdapterSettings): CaptureStart['settings'] {
  const entries = Object.entries(settings) as [string, unknown][];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number | boolean | null] => isPlain(entry[1])),
  );
}

/** Recorded settings; what the recording does not know is as in `defaults`, which no environment has changed. */
export function recordedSettings(
  recorded: CaptureStart['settings'],
  defaults: AdapterSettings,
): AdapterSettings {
  const fitting = Object.entries(recorded).filter(([name, value]) => {
    const own: unknown = defaults[name as keyof AdapterSettings] ?? null;
    return own === null || value === null || typeof own === typeof value;
  });
  return { ...defaults, ...Object.fromEntries(fitting) };
}

function plainState(state: AdapterState): unknown {
  return JSON.parse(encodeState(state).toString('utf8'));
}

function stateOf(plain: unknown): AdapterState | null {
  return decodeState(Buffer.from(JSON.stringify(plain ?? null)));
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
}
