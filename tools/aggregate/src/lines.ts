import { StringDecoder } from 'node:string_decoder';

/** Longest line that is read, in UTF-16 units; a trade takes about 400. */
export const MAX_LINE = 65_536;

/** One line of the input. */
export interface Line {
  /** Its number, from 1. */
  readonly number: number;
  /** Its text without the line end; null when it is longer than {@link MAX_LINE}. */
  readonly text: string | null;
}

/** The lines of a byte stream, ended by LF or CRLF, the last one also by the end of input. Memory: one chunk and one line. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const decoder = new StringDecoder('utf8');
  let number = 0;
  let rest = '';
  let overlong = false;
  const line = (text: string): Line => {
    const tooLong = overlong || text.length > MAX_LINE;
    overlong = false;
    return { number: ++number, text: tooLong ? null : text.endsWith('\r') ? text.slice(0, -1) : text };
  };
  for await (const chunk of chunks) {
    const texts = (rest + decoder.write(chunk)).split('\n');
    rest = texts.pop() ?? '';
    const lines = texts.map(line);
    if (rest.length > MAX_LINE) {
      overlong = true;
      rest = '';
    }
    yield lines;
  }
  rest += decoder.end();
  if (rest !== '' || overlong) yield [line(rest)];
}
