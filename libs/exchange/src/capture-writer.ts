import { type FileHandle, open } from 'node:fs/promises';
import { ExpectedError } from '@neuraltrade/service';

/** Lines are handed to the file when so many characters wait, or after this time (ms). */
const CHUNK_CHARACTERS = 262_144;
const FLUSH_MS = 200;
/** More characters do not wait for the file: a disk that is so far behind ends the recording. */
const MAX_WAITING_CHARACTERS = 67_108_864;
const NEWLINE = 0x0a;

/**
 * Appends lines to a file without ever making its caller wait. A file that cannot be written, or not fast enough, ends the
 * writing with a sentence and nothing else: a capture with holes would be worth nothing.
 */
export class CaptureWriter {
  /** The file. */
  readonly file: string;
  readonly #handle: FileHandle;
  readonly #maxWaiting: number;
  #lines: string[] = [];
  #waiting = 0;
  #bytes = 0;
  #fault: string | null = null;
  #writing: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  private constructor(file: string, handle: FileHandle, maxWaiting: number) {
    this.file = file;
    this.#handle = handle;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * Opens a file that does not exist yet, or any file to append to: then what an ended writer left in its last line is kept apart.
   * @param maxWaiting most characters that wait for the file, default 64 Mi.
   * @throws ExpectedError with a plain sentence when it exists or cannot be opened.
   */
  static async open(
    file: string,
    append: boolean,
    maxWaiting = MAX_WAITING_CHARACTERS,
  ): Promise<CaptureWriter> {
    try {
      const torn = append && (await endsInsideLine(file));
      const writer = new CaptureWriter(file, await open(file, append ? 'a' : 'ax'), maxWaiting);
      if (torn) writer.write('');
      return writer;
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      throw new ExpectedError(
        code === 'EEXIST'
          ? `The capture ${file} exists already: name another file, or add --append to record behind what it holds.`
          : `The capture ${file} cannot be written (${code}).`,
      );
    }
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Why nothing more is written, as a part of a sentence; null while it is. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Takes a line without its line break. */
  write(line: string): void {
    if (this.#fault !== null) return;
    this.#lines.push(line);
    this.#waiting += line.length + 1;
    if (this.#waiting > this.#maxWaiting) {
      this.#end(`the disk is too slow: ${this.#waiting} characters waited`);
    } else if (this.#writing === null) {
      if (this.#waiting >= CHUNK_CHARACTERS) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
    }
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    while (this.#writing !== null || (this.#lines.length > 0 && this.#fault === null)) {
      if (this.#writing === null) this.#flush();
      await this.#writing;
    }
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#handle.close();
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#lines;
    this.#lines = [];
    this.#writing = this.#store(lines).finally(() => {
      this.#writing = null;
      if (this.#lines.length > 0) this.#flush();
    });
  }

  async #store(lines: string[]): Promise<void> {
    const text = `${lines.join('\n')}\n`;
    const chunk = Buffer.from(text);
    try {
      // In one piece as far as it goes: what writes in small pieces comes back to a busy event loop for each.
      for (let at = 0; at < chunk.length;) {
        const { bytesWritten } = await this.#handle.write(chunk, at);
        at += bytesWritten;
        this.#bytes += bytesWritten;
      }
      this.#waiting -= text.length;
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      this.#end(code === 'ENOSPC' ? 'the disk is full' : `the file cannot be written (${code})`);
    }
  }

  #end(fault: string): void {
    this.#fault = fault;
    this.#lines = [];
    this.#waiting = 0;
  }
}

/** Whether a file exists and its last byte is no line break. */
async function endsInsideLine(file: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    if (size === 0) return false;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] !== NEWLINE;
  } finally {
    await handle.close();
  }
}
