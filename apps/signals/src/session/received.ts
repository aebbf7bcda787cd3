import {
  type Candle,
  decodeBatch,
  type MlSignal,
  PermanentError,
  type RecordFault,
} from '@neuraltrade/contracts';
import { type Delivery, replaysOf } from '@neuraltrade/messaging';

/** Marks the parked copy of a signal whose delivery was given up: sent back to the queue, it is delivered whatever the filters say. */
export const DELIVER_HEADER = 'x-deliver';

/** A message as the session holds it: read, and not answered yet. */
export interface Received {
  /** As it came. */
  readonly delivery: Delivery;
  /** Its signals. */
  readonly signals: readonly MlSignal[];
  /** Its candles. */
  readonly candles: readonly Candle[];
  /** The records that cannot be used, each with what is wrong. */
  readonly faults: readonly RecordFault[];
  /** Why the message as a whole cannot be used; null when it can. */
  readonly unusable: PermanentError | null;
  /** Whether a person has sent it back from the parked messages to be delivered. */
  readonly toDeliver: boolean;
}

/** Reads a message. Never throws: what cannot be read is kept with its reason, to be set aside in its turn. */
export function receive(delivery: Delivery): Received {
  const empty = { signals: [], candles: [], faults: [], unusable: null, toDeliver: false };
  try {
    if (delivery.headers['schema'] === 'candles') {
      const { records, faults } = decodeBatch('candles', delivery);
      return { ...empty, delivery, candles: records, faults };
    }
    const { records, faults } = decodeBatch('signals', delivery);
    const toDeliver = replaysOf(delivery.headers) > 0 && DELIVER_HEADER in delivery.headers;
    return { ...empty, delivery, signals: records, faults, toDeliver };
  } catch (error) {
    const unusable =
      error instanceof PermanentError
        ? error
        : new PermanentError('malformed', `It cannot be read: ${String(error)}`);
    return { ...empty, delivery, unusable };
  }
}

/** How many records a message counts for: one that cannot be read at all is one. */
export function recordCount({ signals, candles, faults, unusable }: Received): number {
  return unusable === null ? signals.length + candles.length + faults.length : 1;
}
