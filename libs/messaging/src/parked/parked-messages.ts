import type { PublishOutcome } from '../message-bus';
import type { ParkedMessage } from './parked-message';

/** The log in which whoever handles parked messages is recorded, beside the messages themselves. */
export const PARKED_AUDIT_LOG = 'parked.audit';

/** The messages that are set aside, in the hands of one person at a time. What is not taken stays where it was, in its order. */
export interface ParkedMessages {
  /** Where they are, for sentences; without passwords. */
  readonly place: string;
  /** How many there were when it was opened. */
  readonly count: number;
  /**
   * Each of them once, oldest first: those that were there when it was opened, and none that comes later. To be called once.
   * @throws RetryableError when the connection is lost; everything that was not taken is back in its queue then.
   */
  messages(): AsyncGenerator<ParkedMessage>;
  /**
   * Sends a message back to the very queue that it was taken from, past every binding: nobody else gets it again. It stays
   * parked until it is taken.
   * @throws PermanentError when it can never be: nothing tells its queue, or it is too large.
   */
  replay(message: ParkedMessage): Promise<PublishOutcome>;
  /** Removes a message that {@link messages} has given; on a crash before close() it may be there still. */
  take(message: ParkedMessage): void;
  /** Adds an entry to {@link PARKED_AUDIT_LOG}. @throws RetryableError when that was not confirmed. */
  record(entry: Readonly<Record<string, unknown>>): Promise<void>;
  /** Gives back everything that was not taken, and lets go. */
  close(): Promise<void>;
}
