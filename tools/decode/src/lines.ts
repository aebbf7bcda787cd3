/** A line of the input: its text, or null for one that is too long to hold. */
export type InputLine = string | null;

/**
 * The lines of a text stream, a list for each piece that arrives; never holds more than one line of
 * `maxLineLength` characters beside the piece itself.
 */
export async function* lineBatches(
  pieces: AsyncIterable<string>,
  maxLineLength: number,
): AsyncGenerator<InputLine[]> {
  let pending = '';
  let overlong = false;
  for await (const piece of pieces) {
    const lines: InputLine[] = piece.split('\n');
    const tail = lines.pop() ?? '';
    if (lines.length > 0) {
      const first = pending + (lines[0] ?? '');
      lines[0] = overlong || first.length > maxLineLength ? null : first;
      pending = '';
      overlong = false;
      yield lines.map((line) => (line !== null && line.length > maxLineLength ? null : line));
    }
    overlong ||= pending.length + tail.length > maxLineLength;
    pending = overlong ? '' : pending + tail;
  }
  if (overlong) yield [null];
  else if (pending !== '') yield [pending];
}
