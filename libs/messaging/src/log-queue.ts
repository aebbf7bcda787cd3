import type { Headers } from '@neuraltrade/contracts';

/** An append-only log with offsets (a RabbitMQ stream, or files): any number of readers, nothing is consumed. */
export interface LogQueue {
  /** Appends one record and resolves when it is stored. @throws RetryableError when that was not confirmed (it may be stored nevertheless). */
  append(record: LogRecord): Promise<void>;
  /**
   * Reads from the oldest kept record on and follows what is appended, in order, until closed.
   * `onRecord` must not throw. Old records are cut away by whole segments; offsets never repeat and may have holes.
   */
  follow(onRecord: (record: StoredLogRecord) => void): Promise<LogReader>;
}

/** What is appended. */
export interface LogRecord {
  /** Short texts and numbers; the record's type is told here, never by size. */
  readonly headers: Headers;
  /** The content, at most 16 MiB; may be empty. Taken over by value within the call of append. */
  readonly body: Buffer;
}

/** What is read back. */
export interface StoredLogRecord extends LogRecord {
  /** Position in the log, counting up from 0 at its first record ever; a first read offset above 0 means: it was cut. */
  readonly offset: number;
}

/** A running reader. */
export interface LogReader {
  /** Ends it; no record is handed out afterwards. */
  close(): Promise<void>;
  /** Settles when it ended: 'closed' by us, 'lost' when the log or the connection went away. */
  readonly ended: Promise<'closed' | 'lost'>;
}
