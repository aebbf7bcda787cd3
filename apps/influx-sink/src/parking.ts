import type { BatchKind, ParkReason } from '@neuraltrade/contracts';
import { type Delivery, type OutgoingMessage, parkedMessage } from '@neuraltrade/messaging';
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
export function parkedRecords<K extends BatchKind>(
  { delivery, records, faults }: Received<K>,
  refused: readonly Refused<unknown>[],
  queue: string,
): ParkedRecords[] {
  const parked: ParkedRecords[] = [];
  if (faults.length > 0) {
    const values = faults.map(({ value }) => value);
    parked.push(
      parkedFrom(
        delivery,
        queue,
        'malformed',
        values,
        faults.map(({ fault }) => fault),
      ),
    );
  }
  if (refused.length === 0) return parked;
  const own = new Set<unknown>(records);
  const mine = refused.filter(({ record }) => own.has(record));
  for (const reason of new Set(mine.map(({ error }) => error.reason))) {
    const some = mine.filter(({ error }) => error.reason === reason);
    const values = some.map(({ record }) => record);
    parked.push(
      parkedFrom(
        delivery,
        queue,
        reason,
        values,
        some.map(({ error }) => error.message),
      ),
    );
  }
  return parked;
}

function parkedFrom(
  delivery: Delivery,
  queue: string,
  reason: ParkReason,
  values: readonly unknown[],
  faults: readonly string[],
): ParkedRecords {
  const copy = {
    ...delivery,
    body: Buffer.from(JSON.stringify(values)),
    messageId: `${delivery.messageId}:${reason}`,
  };
  const detail = [...new Set(faults)].join('; ');
  return { reason, count: values.length, message: parkedMessage(copy, queue, reason, detail) };
}
