import { PermanentError } from '@neuraltrade/contracts';
import { OutOfRetentionError } from '../store-errors';

/** As 2.7 says it, and as earlier versions do. */
const OUTDATED =
  /dropped (\d+) points? outside retention policy|points? beyond retention policy.*dropped=(\d+)/;

/** How records of one kind become points. */
export interface PointsOf<R> {
  /** The record in line protocol. @throws PermanentError for one that cannot be stored. */
  readonly line: (record: R) => string;
  /** The instant that its point stands at, ms UTC. */
  readonly time: (record: R) => number;
}

/** Sends lines in one request. @throws PermanentError, StoreUnavailableError */
export type SendLines = (lines: string) => Promise<void>;

/**
 * Writes records as points in one request.
 * @throws OutOfRetentionError when some are older than the bucket keeps them; else what `send` throws.
 */
export async function writePoints<R>(
  send: SendLines,
  records: readonly R[],
  points: PointsOf<R>,
): Promise<void> {
  if (records.length === 0) return;
  try {
    await send(linesOf(records, points));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    throw (await outdatedAmong(send, records, points, error)) ?? error;
  }
}

/**
 * The server tells how many points are older than the bucket keeps them, not which: those are the oldest, which is made sure
 * by sending them alone. Null when something else is wrong, too.
 */
async function outdatedAmong<R>(
  send: SendLines,
  records: readonly R[],
  points: PointsOf<R>,
  refusal: PermanentError,
): Promise<OutOfRetentionError | null> {
  const count = outdatedCount(refusal);
  if (count === 0 || count > records.length) return null;
  const refused = [...records].sort((a, b) => points.time(a) - points.time(b)).slice(0, count);
  if (count < records.length) {
    try {
      await send(linesOf(refused, points));
      return null;
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      if (outdatedCount(error) !== count) return null;
    }
  }
  return new OutOfRetentionError(refusal.message, refused);
}

/** How many points of a write the server dropped as too old; 0 when that was not why it refused some. */
function outdatedCount({ message }: PermanentError): number {
  const [, count, earlier] = OUTDATED.exec(message) ?? [];
  return Number(count ?? earlier ?? 0);
}

/** Appended rather than joined: the text is made once, when it is sent, and not each line before. */
function linesOf<R>(records: readonly R[], { line }: PointsOf<R>): string {
  let lines = '';
  for (const record of records) lines += `${line(record)}\n`;
  return lines;
}
