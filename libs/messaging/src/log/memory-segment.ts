import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogSegment, SegmentReader } from './segment';

const INITIAL_BYTES = 4_096;

/** A segment that lives as long as the process. Bytes once written are never moved within a buffer, so readers share them. */
export class MemorySegment implements LogSegment {
  private bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  private used = 0;

  constructor(readonly firstOffset: number) {}

  /** Bytes that may be read. */
  get size(): number {
    return this.used;
  }

  /** Adds bytes. */
  append(parts: readonly Buffer[]): Promise<void> {
    for (const part of parts) {
      if (this.used + part.length > this.bytes.length) this.grow(this.used + part.length);
      part.copy(this.bytes, this.used);
      this.used += part.length;
    }
    return Promise.resolve();
  }

  /** Opens it for reading; it can be read after its removal too. */
  openReader(): Promise<SegmentReader> {
    return Promise.resolve({
      read: async (position: number, length: number) => {
        // As with a file, each read leaves the event loop to others.
        await nextTurn();
        return this.bytes.subarray(position, position + length);
      },
      close: () => Promise.resolve(),
    });
  }

  /** Nothing to do. */
  seal(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing to do: the memory goes with the last reader. */
  remove(): Promise<void> {
    return Promise.resolve();
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}
