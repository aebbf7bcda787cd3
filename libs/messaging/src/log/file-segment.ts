import { open, truncate, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSegment, SegmentReader } from './segment';

const SUFFIX = '.log';
/** Digits enough for every safe integer, so that names sort as their offsets do. */
const NAME_DIGITS = 16;

/** The path of the segment that begins with an offset. */
export function segmentPath(directory: string, firstOffset: number): string {
  return join(directory, String(firstOffset).padStart(NAME_DIGITS, '0') + SUFFIX);
}

/** The first offset that a file's name tells; null when it is no segment. */
export function segmentOffset(fileName: string): number | null {
  return /^\d{16}\.log$/.test(fileName) ? Number(fileName.slice(0, NAME_DIGITS)) : null;
}

/** A segment in a file of its own. */
export class FileSegment implements LogSegment {
  private handle: FileHandle | null = null;
  /** Whether bytes of a failed append may stand behind `size`. */
  private soiled = false;

  /**
   * @param stored bytes that the file holds already.
   * @param synced whether an append is flushed to the device before it counts.
   */
  constructor(
    readonly firstOffset: number,
    private readonly path: string,
    private stored: number,
    private readonly synced: boolean,
  ) {}

  /** Makes the file of a new segment. @throws when it cannot be made. */
  static async create(directory: string, firstOffset: number, synced: boolean): Promise<FileSegment> {
    const segment = new FileSegment(firstOffset, segmentPath(directory, firstOffset), 0, synced);
    await segment.forAppending();
    if (synced) await syncDirectory(directory);
    return segment;
  }

  /** Bytes that may be read. */
  get size(): number {
    return this.stored;
  }

  /** Adds bytes. @throws when they could not be stored; what was written of them is cut off before the next append. */
  async append(parts: readonly Buffer[]): Promise<void> {
    const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
    const handle = await this.forAppending();
    if (this.soiled) await handle.truncate(this.stored);
    this.soiled = true;
    await handle.writeFile(bytes);
    if (this.synced) await handle.datasync();
    this.soiled = false;
    this.stored += bytes.length;
  }

  /** Opens it for reading. @throws when the file is gone. */
  async openReader(): Promise<SegmentReader> {
    const handle = await open(this.path, 'r');
    return {
      read: async (position, length) => {
        const buffer = Buffer.allocUnsafeSlow(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      },
      close: () => handle.close(),
    };
  }

  /** Closes the file for appending, without the bytes of a failed append. */
  async seal(): Promise<void> {
    const { handle } = this;
    this.handle = null;
    await handle?.close();
    if (this.soiled) await truncate(this.path, this.stored);
    this.soiled = false;
  }

  /** Deletes the file. */
  async remove(): Promise<void> {
    await unlink(this.path);
  }

  private async forAppending(): Promise<FileHandle> {
    this.handle ??= await open(this.path, 'a');
    return this.handle;
  }
}

/** Makes sure that a new file's name survives a power loss too. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
