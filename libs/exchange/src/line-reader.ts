import { createReadStream } from 'node:fs';
import { ExpectedError } from '@neuraltrade/service';

const CHUNK_BYTES = 262_144;
/** A longer line is no frame of any venue; it is handed out cut, so that its reader names it. */
const MAX_LINE_BYTES = 16_777_216;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** One line of a file. */
export interface FileLine {
  /** Its text without the line break, and without a byte order mark at the start of the file. */
  readonly text: string;
  /** Counts up from 1. */
  readonly number: number;
  /** Position of its first byte in the file. */
  readonly start: number;
  /** Position of its last byte, line break included. */
  readonly end: number;
}

/** Which bytes of a file to read, both inclusive. */
export interface ByteRange {
  /** First byte. */
  readonly start: number;
  /** Last byte. */
  readonly end: number;
}

/**
 * The lines of a file, in the portions in which it is read: never more than one portion and one line are held.
 * @throws ExpectedError with a plain sentence when the file cannot be read.
 */
export async function* readLines(file: string, range?: ByteRange): AsyncGenerator<FileLine[]> {
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES, ...range });
  let start = range?.start ?? 0;
  let number = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  const lineOf = (tail: Buffer, breakBytes: number): FileLine => {
    const bytes = rest.length === 0 ? tail : Buffer.concat([...rest, tail]);
    const length = restBytes + tail.length + breakBytes;
    const line = { text: textOf(bytes, start), number: (number += 1), start, end: start + length - 1 };
    start += length;
    rest = [];
    restBytes = 0;
    return line;
  };
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const lines: FileLine[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        lines.push(lineOf(chunk.subarray(from, at), 1));
        from = at + 1;
      }
      const tail = chunk.subarray(from);
      if (restBytes < MAX_LINE_BYTES) rest.push(tail);
      restBytes += tail.length;
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ExpectedError(`The capture ${file} cannot be read (${code}).`);
  }
  if (restBytes > 0) yield [lineOf(Buffer.alloc(0), 0)];
}

function textOf(bytes: Buffer, start: number): string {
  const marked = start === 0 && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  return bytes.toString('utf8', marked ? BYTE_ORDER_MARK.length : 0);
}
