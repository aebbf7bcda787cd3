import type { LogReader, StoredLogRecord } from '../log-queue';
import { readRecord, RECORD_PREFIX_BYTES, recordSize } from './record-format';
import type { LogSegment, SegmentReader } from './segment';

const READ_BYTES = 262_144;

/** What a follower sees of its log. */
export interface FollowedLog {
  /** The oldest segment that begins behind an offset; undefined when there is none yet. */
  segmentAfter(firstOffset: number): LogSegment | undefined;
  /** Told in a sentence what could not be read. */
  onRepair(sentence: string): void;
}

/**
 * One reader. It reads what is stored, old and new alike, and waits where that ends: there is no switch from old to live
 * at which a record could be missed or repeated.
 */
export class LogFollower implements LogReader {
  /** Settles when it ended. */
  readonly ended: Promise<'closed' | 'lost'>;
  private closed = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly log: FollowedLog,
    private readonly onRecord: (record: StoredLogRecord) => void,
  ) {
    this.ended = this.run();
  }

  /** To be called when records were stored. */
  notify(): void {
    this.wake();
  }

  /** Ends it; resolves when its files are let go of. */
  async close(): Promise<void> {
    this.closed = true;
    this.wake();
    await this.ended;
  }

  private async run(): Promise<'closed' | 'lost'> {
    let last = -1;
    while (!this.closed) {
      const segment = this.log.segmentAfter(last);
      if (segment === undefined) {
        await this.change();
        continue;
      }
      last = segment.firstOffset;
      const fault = await this.readSegment(segment);
      if (fault === null) continue;
      this.log.onRepair(fault);
      if (this.log.segmentAfter(last) === undefined) return 'lost';
    }
    return 'closed';
  }

  /** Hands out a segment's records until a later segment follows it. @returns what kept it from reading on, if anything. */
  private async readSegment(segment: LogSegment): Promise<string | null> {
    let reader: SegmentReader;
    try {
      reader = await segment.openReader();
    } catch (error) {
      // Cut away since: the next one is read instead.
      if (this.log.segmentAfter(segment.firstOffset - 1) !== segment) return null;
      return `The records from offset ${segment.firstOffset} on cannot be read: ${String(error)}.`;
    }
    try {
      return await this.readRecords(segment, reader);
    } catch (error) {
      return `Records behind offset ${segment.firstOffset} cannot be read: ${String(error)}.`;
    } finally {
      await reader.close();
    }
  }

  private async readRecords(segment: LogSegment, reader: SegmentReader): Promise<string | null> {
    let position = 0;
    let wanted = READ_BYTES;
    while (!this.closed) {
      if (position === segment.size) {
        if (this.log.segmentAfter(segment.firstOffset) !== undefined) return null;
        await this.change();
        continue;
      }
      const chunk = await reader.read(position, Math.min(wanted, segment.size - position));
      const consumed = this.handOut(chunk);
      if (consumed === null)
        return `Records behind offset ${segment.firstOffset} are damaged and were skipped.`;
      position += consumed;
      wanted = consumed > 0 || chunk.length < RECORD_PREFIX_BYTES ? READ_BYTES : recordSize(chunk, 0);
      if (consumed === 0 && (chunk.length < RECORD_PREFIX_BYTES || wanted > segment.size - position)) {
        return `The file that begins with offset ${segment.firstOffset} ends inside a record.`;
      }
    }
    return null;
  }

  /** @returns bytes of the records that were handed out; null when one is damaged. */
  private handOut(chunk: Buffer): number | null {
    let at = 0;
    while (!this.closed) {
      const read = readRecord(chunk, at);
      if (read === 'incomplete') return at;
      if (read === 'corrupt') return at > 0 ? at : null;
      at = read.end;
      this.onRecord(read.record);
    }
    return at;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }
}
