import { StringDecoder } from 'node:string_decoder';

const BYTE_ORDER_MARK = '\ufeff';

/** One line of a text. */
export interface TextLine {
  /** Its number, from 1; blank lines count too. */
  readonly number: number;
  /** Its text without the line end; null when it is longer than was asked for. */
  readonly text: string | null;
}

/**
 * The lines of a UTF-8 byte stream, ended by LF or CRLF, the last one also by the end of input; a byte order mark in front
 * of the first is none of it. Memory: one chunk and one line.
 * @param maxLength longest line that is kept, UTF-16 units.
 */
export async function* textLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number,
): AsyncGenerator<TextLine[]> {
  const decoder = new StringDecoder('utf8');
  let number = 0;
  let rest = '';
  let overlong = false;
  let begun = false;
  const line = (tail: string): TextLine => {
    const text = rest + tail;
    const tooLong = overlong || text.length > maxLength;
    overlong = false;
    rest = '';
    return { number: ++number, text: tooLong ? null : text.endsWith('\r') ? text.slice(0, -1) : text };
  };
  for await (const chunk of chunks) {
    let piece = decoder.write(chunk);
    if (!begun && piece !== '') {
      begun = true;
      if (piece.startsWith(BYTE_ORDER_MARK)) piece = piece.slice(1);
    }
    const texts = piece.split('\n');
    const tail = texts.pop() ?? '';
    const lines = texts.map(line);
    overlong ||= rest.length + tail.length > maxLength;
    rest = overlong ? '' : rest + tail;
    if (lines.length > 0) yield lines;
  }
  const last = decoder.end();
  if (rest !== '' || last !== '' || overlong) yield [line(last)];
}
