import { PermanentError } from '@neuraltrade/contracts';
import { OutOfRetentionError } from '@neuraltrade/storage';

/** A record that the store refused, and why. */
export interface Refused<R> {
  /** The record. */
  readonly record: R;
  /** The store's reason. */
  readonly error: PermanentError;
}

/**
 * Writes records, and where the store refuses a batch for good halves it until the refused records are alone, so that one
 * bad record costs no good one; where the store names them, the others are written at once. Good records may be written more
 * than once. @throws whatever else the write throws.
 */
export async function sift<R>(
  records: readonly R[],
  write: (records: readonly R[]) => Promise<void>,
): Promise<Refused<R>[]> {
  if (records.length === 0) return [];
  try {
    await write(records);
    return [];
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const [only] = records;
    if (records.length === 1) return [{ record: only as R, error }];
    if (error instanceof OutOfRetentionError) {
      const named = new Set(error.records);
      const refused = records.filter((record) => named.has(record)).map((record) => ({ record, error }));
      const rest = records.filter((record) => !named.has(record));
      if (refused.length > 0) return [...refused, ...(await sift(rest, write))];
    }
    const half = records.length >> 1;
    return [...(await sift(records.slice(0, half), write)), ...(await sift(records.slice(half), write))];
  }
}
