import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { Deque } from '../deque';
import type { LogQueue, LogReader, LogRecord, StoredLogRecord } from '../log-queue';
import { MAX_LOG_RECORD_BYTES } from '../queue-limits';
import { LogFollower, type FollowedLog } from './log-follower';
import { encodeRecord, stampRecord } from './record-format';
import type { LogSegment, SegmentFactory } from './segment';

/** How a log is bounded, and where it begins. */
export interface SegmentedLogOptions {
  /** The log's name, for messages. */
  readonly name: string;
  /** Upper bound of all segments, bytes; the one being written is always kept. */
  readonly maxBytes: number;
  /** Size at which the next segment begins, bytes. */
  readonly segmentBytes: number;
  /** What is there already, oldest first; at least one. */
  readonly segments: LogSegment[];
  /** The next record's offset. */
  readonly nextOffset: number;
  /** Makes further segments. */
  readonly createSegment: SegmentFactory;
  /** Told in a sentence what could not be read or removed. */
  readonly onRepair: (sentence: string) => void;
}

interface Append {
  readonly bytes: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: RetryableError) => void;
}

/** A log of segments: appends that wait for each other are written together, and whole segments are cut away. */
export class SegmentedLog implements LogQueue, FollowedLog {
  private readonly segments: LogSegment[];
  private nextOffset: number;
  private readonly pending = new Deque<Append>();
  private readonly followers = new Set<LogFollower>();
  private writing: Promise<void> | null = null;
  private closed = false;
  private lastFault = '';

  constructor(private readonly options: SegmentedLogOptions) {
    this.segments = options.segments;
    this.nextOffset = options.nextOffset;
  }

  /** Why the last write failed, a sentence; empty after one that succeeded. */
  get fault(): string {
    return this.lastFault;
  }

  /** Appends one record. @throws RetryableError when it was not stored, PermanentError when it is too large. */
  append(record: LogRecord): Promise<void> {
    const { name } = this.options;
    if (this.closed) return Promise.reject(new RetryableError(`Log ${name} is closed.`));
    if (record.body.length > MAX_LOG_RECORD_BYTES) {
      const sizes = `${record.body.length} bytes, more than ${MAX_LOG_RECORD_BYTES}`;
      return Promise.reject(new PermanentError('malformed', `A record for log ${name} has ${sizes}.`));
    }
    return new Promise((resolve, reject) => {
      this.pending.push({ bytes: encodeRecord(record.headers, record.body), resolve, reject });
      this.writing ??= this.write();
    });
  }

  /** Reads from the oldest kept record on, and goes on with what is appended. */
  follow(onRecord: (record: StoredLogRecord) => void): Promise<LogReader> {
    if (this.closed) return Promise.reject(new RetryableError(`Log ${this.options.name} is closed.`));
    const follower = new LogFollower(this, onRecord);
    this.followers.add(follower);
    void follower.ended.then(() => this.followers.delete(follower));
    return Promise.resolve(follower);
  }

  /** The oldest kept segment that begins behind an offset. */
  segmentAfter(firstOffset: number): LogSegment | undefined {
    return this.segments.find((segment) => segment.firstOffset > firstOffset);
  }

  /** Told what could not be read. */
  onRepair(sentence: string): void {
    this.options.onRepair(`Log ${this.options.name}: ${sentence}`);
  }

  /** Takes no more, waits for what is being written, ends the readers and releases the files. */
  async close(): Promise<void> {
    this.closed = true;
    await this.writing;
    await Promise.all([...this.followers].map((follower) => follower.close()));
    await this.active.seal();
  }

  private get active(): LogSegment {
    return this.segments.at(-1) as LogSegment;
  }

  private async write(): Promise<void> {
    // Appends of the same turn go into one write.
    await Promise.resolve();
    while (this.pending.length > 0) await this.writeBatch();
    this.writing = null;
  }

  private async writeBatch(): Promise<void> {
    const batch: Append[] = [];
    try {
      if (this.isFull(this.active.size)) await this.startSegment();
      let size = this.active.size;
      while (this.pending.length > 0 && (batch.length === 0 || !this.isFull(size))) {
        const append = this.pending.shift() as Append;
        stampRecord(append.bytes, this.nextOffset + batch.length);
        batch.push(append);
        size += append.bytes.length;
      }
      await this.active.append(batch.map(({ bytes }) => bytes));
    } catch (error) {
      this.fail(batch, error);
      return;
    }
    this.nextOffset += batch.length;
    this.lastFault = '';
    for (const follower of this.followers) follower.notify();
    for (const { resolve } of batch) resolve();
    await this.cut();
  }

  private isFull(size: number): boolean {
    return size >= this.options.segmentBytes;
  }

  private async startSegment(): Promise<void> {
    const next = await this.options.createSegment(this.nextOffset);
    const full = this.active;
    this.segments.push(next);
    await full.seal();
  }

  private fail(batch: Append[], error: unknown): void {
    if (batch.length === 0) batch.push(this.pending.shift() as Append);
    this.lastFault = `Log ${this.options.name} could not be written: ${String(error)}.`;
    for (const { reject } of batch) reject(new RetryableError(this.lastFault));
  }

  private async cut(): Promise<void> {
    let total = this.segments.reduce((sum, { size }) => sum + size, 0);
    while (total > this.options.maxBytes && this.segments.length > 1) {
      const oldest = this.segments.shift() as LogSegment;
      total -= oldest.size;
      try {
        await oldest.remove();
      } catch (error) {
        this.onRepair(
          `the records from offset ${oldest.firstOffset} on could not be removed: ${String(error)}.`,
        );
      }
    }
  }
}
