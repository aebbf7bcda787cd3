import type { BatchKind, ParkReason, RecordFault } from '@neuraltrade/contracts';
import { type OutgoingMessage, parkedRecords } from '@neuraltrade/messaging';
import type { Received } from './received';
import type { Refused } from './sift';

/** A message of a few bad records of one message whose other records are good. */
export interface ParkedRecords {
  /** Why. */
  readonly reason: ParkReason;
  /** How many records. */
  readonly count: number;
  /** What is published: only these records, with the headers of the message that they came in. */
  readonly message: OutgoingMessage;
}

/** What a received message leaves to be set aside: at most one message for each reason. */
export function parkedOf<K extends BatchKind>(
  { delivery, records, faults }: Received<K>,
  refused: readonly Refused<unknown>[],
  queue: string,
): ParkedRecords[] {
  const parked: ParkedRecords[] = [];
  const park = (reason: ParkReason, some: readonly RecordFault[]): void => {
    parked.push({ reason, count: some.length, message: parkedRecords(delivery, queue, reason, some) });
  };
  if (faults.length > 0) park('malformed', faults);
  if (refused.length === 0) return parked;
  const own = new Set<unknown>(records);
  const mine = refused.filter(({ record }) => own.has(record));
  for (const reason of new Set(mine.map(({ error }) => error.reason))) {
    const some = mine.filter(({ error }) => error.reason === reason);
    park(
      reason,
      some.map(({ record, error }) => ({ value: record, fault: error.message })),
    );
  }
  return parked;
}
