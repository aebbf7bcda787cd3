import { CaptureWriter } from './capture-writer';

/** How much was recorded. */
export interface RecordingFigures {
  /** Frames of all venues. */
  readonly frames: number;
  /** Lines: frames and everything else that came in. */
  readonly lines: number;
  /** Bytes that were written so far. */
  readonly bytes: number;
}

/** One recording into a capture file: the inputs of any number of adapters, line by line in the order in which they came. */
export class Recording {
  /** Names this recording in its lines. */
  readonly source: string;
  readonly #writer: CaptureWriter;
  #frames = 0;
  #lines = 0;
  #sameTurn = false;

  /** @param source unlike that of any other recording. */
  constructor(writer: CaptureWriter, source: string) {
    this.#writer = writer;
    this.source = source;
  }

  /**
   * Begins a recording.
   * @param append whether the file may exist already.
   * @param now the present, ms UTC; with `random`, a draw from [0, 1), it makes the source's name.
   * @throws ExpectedError with a plain sentence when the file exists or cannot be written.
   */
  static async open(file: string, append: boolean, now: number, random: number): Promise<Recording> {
    const writer = await CaptureWriter.open(file, append);
    return new Recording(
      writer,
      `record-${new Date(now).toISOString()}-${Math.floor(random * 1e6).toString(36)}`,
    );
  }

  /** The file. */
  get file(): string {
    return this.#writer.file;
  }

  /** Why the recording has ended before its time, as a part of a sentence; null while it goes on. */
  get fault(): string | null {
    return this.#writer.fault;
  }

  /** What was recorded so far. */
  get figures(): RecordingFigures {
    return { frames: this.#frames, lines: this.#lines, bytes: this.#writer.bytes };
  }

  /**
   * Notes that an input comes in, and whether that happens in one go with the one before: then no promise could go on
   * between them, and in a replay none must.
   */
  joins(): boolean {
    if (this.#sameTurn) return true;
    this.#sameTurn = true;
    queueMicrotask(() => (this.#sameTurn = false));
    return false;
  }

  /** Takes a line; dropped when the recording has ended before its time. */
  line(text: string, isFrame: boolean): void {
    if (this.#writer.fault !== null) return;
    this.#lines += 1;
    if (isFrame) this.#frames += 1;
    this.#writer.write(text);
  }

  /** Writes what waits and closes the file. */
  close(): Promise<void> {
    return this.#writer.close();
  }
}
