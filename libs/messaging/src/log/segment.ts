/** A stretch of a log that is kept or cut away as a whole. */
export interface LogSegment {
  /** The offset of its first record, written or not. */
  readonly firstOffset: number;
  /** Bytes that are stored and may be read. */
  readonly size: number;
  /** Adds bytes behind `size`, which grows once they are stored. A failed call leaves no trace to readers. */
  append(bytes: readonly Buffer[]): Promise<void>;
  /** Opens it for reading. @throws when it was removed. */
  openReader(): Promise<SegmentReader>;
  /** Nothing is appended any more. */
  seal(): Promise<void>;
  /** Removes what is stored; readers that are open go on reading. */
  remove(): Promise<void>;
}

/** Reads one segment. */
export interface SegmentReader {
  /** The bytes from a position on; the caller asks for no more than the segment's size. */
  read(position: number, length: number): Promise<Buffer>;
  /** Lets go of it. */
  close(): Promise<void>;
}

/** Makes the next segment of a log. */
export type SegmentFactory = (firstOffset: number) => Promise<LogSegment>;
