import fc from 'fast-check';
import { linesOf, MAX_LINE } from './lines';

async function readLines(bytes: Buffer, cuts: readonly number[]): Promise<(string | null)[]> {
  async function* chunks() {
    const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    let from = 0;
    for (const end of ends) {
      yield bytes.subarray(from, end);
      from = end;
    }
  }
  const lines: (string | null)[] = [];
  for await (const batch of linesOf(chunks()))
    for (const { number, text } of batch) {
      expect(number).toBe(lines.length + 1);
      lines.push(text);
    }
  return lines;
}

describe('lines of a byte stream', () => {
  it('are the same wherever the chunks are cut, also within a character', async () => {
    const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n]/g, '')));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 8 }), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        expect(await readLines(bytes, cuts)).toEqual(lines);
      }),
    );
  });

  it('may end with CRLF, the last one with nothing', async () => {
    expect(await readLines(Buffer.from('a\r\n\r\nb'), [2])).toEqual(['a', '', 'b']);
  });

  it('an overlong line is passed over without being kept, however it is cut', async () => {
    const bytes = Buffer.from(`a\n${'x'.repeat(MAX_LINE * 3)}\nb\n${'y'.repeat(MAX_LINE + 1)}`);
    const cuts = [10, MAX_LINE + 9, MAX_LINE * 2 + 1, MAX_LINE * 3 + 1];
    expect(await readLines(bytes, [])).toEqual(['a', null, 'b', null]);
    expect(await readLines(bytes, cuts)).toEqual(['a', null, 'b', null]);
  });
});
