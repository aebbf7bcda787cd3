import {
  type BatchKind,
  type BatchRecords,
  decodeBatch,
  PermanentError,
  type RecordFault,
} from '@neuraltrade/contracts';
import type { Delivery } from '@neuraltrade/messaging';

/** A message as the sink holds it: read, and not answered yet. */
export interface Received<K extends BatchKind> {
  /** As it came. */
  readonly delivery: Delivery;
  /** The records that can be stored. */
  readonly records: readonly BatchRecords[K][];
  /** The records that cannot, each with what is wrong. */
  readonly faults: readonly RecordFault[];
  /** Why the message as a whole cannot be used; null when it can. */
  readonly unusable: PermanentError | null;
}

/** How many records a message counts for: one that cannot be read at all is one. */
export function recordCount<K extends BatchKind>({ records, faults, unusable }: Received<K>): number {
  return unusable === null ? records.length + faults.length : 1;
}

/** Reads a message. Never throws: what cannot be read is kept with its reason, to be set aside in its turn. */
export function receive<K extends BatchKind>(kind: K, delivery: Delivery): Received<K> {
  try {
    return { delivery, ...decodeBatch(kind, delivery), unusable: null };
  } catch (error) {
    const unusable =
      error instanceof PermanentError
        ? error
        : new PermanentError('malformed', `It cannot be read: ${String(error)}`);
    return { delivery, records: [], faults: [], unusable };
  }
}
