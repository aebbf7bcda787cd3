import type { z } from 'zod';
import { type Candle, candleSchema } from './candle';
import { clockSchema } from './clock';
import { PermanentError } from './errors';
import { type Gap, gapSchema } from './gap';
import { type MlSignal, mlSignalSchema } from './ml-signal';
import { derivedFault, type ProcessedTick } from './processed-tick';
import { isClock, isGap, type RawRecord } from './raw-record';
import { type SignalOutcome, signalOutcomeSchema } from './signal-outcome';
import { type ComponentStatus, componentStatusSchema } from './status';
import { rawTickFault } from './tick-check';

/** The record type of each kind of batch; one message carries an array of one kind. */
export interface BatchRecords {
  /** Trades, gaps and clocks of one partition, in order. */
  raw: RawRecord;
  /** Processed ticks of one symbol. */
  ticks: ProcessedTick;
  /** Candles of one symbol (partials: of one venue). */
  candles: Candle;
  /** Model signals of one symbol. */
  signals: MlSignal;
  /** What became of signals of one symbol. */
  outcomes: SignalOutcome;
  /** Gaps of one symbol. */
  gaps: Gap;
  /** Status of one component. */
  status: ComponentStatus;
}

/** What a batch holds; the `schema` header of its message. */
export type BatchKind = keyof BatchRecords;

/** The only version written and read today; another one is parked, not guessed. */
export const SCHEMA_VERSION = 1;

/** The content type of JSON bodies. */
export const JSON_CONTENT_TYPE = 'application/json';

/** Header values are short texts or numbers. */
export type Headers = Readonly<Record<string, string | number>>;

/** Deepest nesting of a record that is read: ours have two levels. One level more costs a writer of JSON more of its stack. */
const MAX_NESTING = 16;
/** Most faults of one record that are named, and most characters that are quoted of a header. */
const MAX_NAMED_FAULTS = 3;
const MAX_QUOTED = 60;

/** A batch as it travels. */
export interface EncodedBatch {
  /** UTF-8 JSON array of the records. */
  body: Buffer;
  /** How the body is written. */
  contentType: string;
  /** `schema` and `schemaVersion`. */
  headers: Headers;
}

/** A record of a batch that was refused. */
export interface RecordFault {
  /** The record as it came. */
  value: unknown;
  /** What is wrong with it, a short sentence. */
  fault: string;
}

/** A batch read back: the records that hold to the schema, and those that do not. */
export interface DecodedBatch<K extends BatchKind> {
  /** Valid records in their order. */
  records: BatchRecords[K][];
  /** Refused records; the rest of the batch goes on without them. */
  faults: RecordFault[];
}

/** Writes records of one kind as one message body. */
export function encodeBatch<K extends BatchKind>(kind: K, records: readonly BatchRecords[K][]): EncodedBatch {
  return {
    body: Buffer.from(JSON.stringify(records)),
    contentType: JSON_CONTENT_TYPE,
    headers: { schema: kind, schemaVersion: SCHEMA_VERSION },
  };
}

/**
 * Reads a message that must hold records of one kind and checks each record.
 * @throws PermanentError when the message as a whole cannot be used: another kind, an unknown schema version or
 *   content type, a body that is not a JSON array or is nested so deeply that it could not be written again.
 */
export function decodeBatch<K extends BatchKind>(
  kind: K,
  message: { body: Uint8Array; contentType: string; headers: Readonly<Record<string, unknown>> },
): DecodedBatch<K> {
  const { schema, schemaVersion } = message.headers;
  if (schema !== kind)
    throw new PermanentError('unknown-kind', `A batch of ${kind} was expected, not of ${told(schema)}.`);
  if (schemaVersion !== SCHEMA_VERSION || message.contentType !== JSON_CONTENT_TYPE) {
    throw new PermanentError(
      'unknown-schema',
      `Schema version ${told(schemaVersion)} of ${kind} as ${told(message.contentType)} is not known here.`,
    );
  }
  const decoded: DecodedBatch<K> = { records: [], faults: [] };
  for (const value of parseArray(kind, message.body)) {
    if (isDeeperThan(MAX_NESTING, value))
      throw new PermanentError(
        'malformed',
        `A record of ${kind} is nested deeper than ${MAX_NESTING} levels.`,
      );
    const fault = recordFault(kind, value);
    if (fault === null) decoded.records.push(value as BatchRecords[K]);
    else decoded.faults.push({ value, fault });
  }
  return decoded;
}

/** What is wrong with one record of a kind, as a short sentence; null when nothing is. */
export function recordFault(kind: BatchKind, value: unknown): string | null {
  switch (kind) {
    case 'raw':
      return rawRecordFault(value);
    case 'ticks':
      return rawTickFault(value) ?? derivedFault(value as ProcessedTick);
    case 'candles':
      return schemaFault(candleSchema, value);
    case 'signals':
      return schemaFault(mlSignalSchema, value);
    case 'outcomes':
      return schemaFault(signalOutcomeSchema, value);
    case 'gaps':
      return schemaFault(gapSchema, value);
    case 'status':
      return schemaFault(componentStatusSchema, value);
  }
}

function rawRecordFault(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'not an object';
  if (isGap(value)) return schemaFault(gapSchema, value);
  if (isClock(value)) return schemaFault(clockSchema, value);
  return rawTickFault(value);
}

function schemaFault(schema: z.ZodType, value: unknown): string | null {
  const result = schema.safeParse(value);
  if (result.success) return null;
  const faults = result.error.issues.slice(0, MAX_NAMED_FAULTS);
  return faults
    .map(({ path, message }) => `${path.join('.').slice(0, MAX_QUOTED)} ${message}`.trim())
    .join('; ');
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    // Nearly every field of nearly every record is none: the test here saves the call.
    if (typeof field === 'object' && field !== null && isDeeperThan(levels - 1, field)) return true;
  }
  return false;
}

/** A header of another program for a sentence: a table has no text of its own. */
function told(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'a table' : String(value).slice(0, MAX_QUOTED);
}

function parseArray(kind: BatchKind, body: Uint8Array): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    throw new PermanentError('malformed', `The body of a batch of ${kind} is not JSON.`);
  }
  if (!Array.isArray(parsed))
    throw new PermanentError('malformed', `The body of a batch of ${kind} is not an array.`);
  return parsed;
}
