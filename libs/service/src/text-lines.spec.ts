import fc from 'fast-check';
import { textLines } from './text-lines';

const MAX_LENGTH = 65_536;

async function readLines(
  bytes: Buffer,
  cuts: readonly number[],
  maxLength = MAX_LENGTH,
): Promise<(string | null)[]> {
  async function* chunks() {
    const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
    let from = 0;
    for (const end of ends) {
      yield bytes.subarray(from, end);
      from = end;
    }
  }
  const lines: (string | null)[] = [];
  for await (const batch of textLines(chunks(), maxLength))
    for (const { number, text } of batch) {
      expect(number).toBe(lines.length + 1);
      lines.push(text);
    }
  return lines;
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('lines of a byte stream', () => {
  it('are the same wherever the chunks are cut, also within a character', async () => {
    const text = fc.array(fc.string({ unit: 'grapheme' }).map((line) => line.replace(/[\r\n\ufeff]/g, '')));
    await fc.assert(
      fc.asyncProperty(text, cuts, async (lines, places) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        expect(await readLines(bytes, places)).toEqual(lines);
      }),
    );
  });

  it('are the same with blank ones among them, and where the last one lacks its end', async () => {
    const parts = fc.array(fc.constantFrom('a', 'bc', '\n', '\n\n', '{"x":1}\n'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(parts, cuts, async (list, places) => {
        const text = list.join('');
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(await readLines(Buffer.from(text), places)).toEqual(expected);
      }),
    );
  });

  it('may end with CRLF, the last one with nothing', async () => {
    expect(await readLines(Buffer.from('a\r\n\r\nb'), [2])).toEqual(['a', '', 'b']);
  });

  it.each([[[]], [[1]], [[1, 2, 3, 4]]])(
    'have no byte order mark in front of the first, cut at %j, and keep one that stands elsewhere',
    async (places) => {
      const bytes = Buffer.from('\ufeffa\n\ufeffb\nc');
      expect(await readLines(bytes, places)).toEqual(['a', '\ufeffb', 'c']);
    },
  );

  it('an overlong line is passed over without being kept, however it is cut', async () => {
    const bytes = Buffer.from(`a\n${'x'.repeat(MAX_LENGTH * 3)}\nb\n${'y'.repeat(MAX_LENGTH + 1)}`);
    const places = [10, MAX_LENGTH + 9, MAX_LENGTH * 2 + 1, MAX_LENGTH * 3 + 1];
    expect(await readLines(bytes, [])).toEqual(['a', null, 'b', null]);
    expect(await readLines(bytes, places)).toEqual(['a', null, 'b', null]);
  });

  it('an overlong line that grows over many chunks is told once, and the lines after it are read', async () => {
    const long = 'x'.repeat(11);
    const bytes = Buffer.from(`a\n${long}${long}\nb\n${long}\nc\n${long}`);
    for (const places of [[], [2, 13, 24], Array.from({ length: bytes.length }, (_, at) => at)])
      expect(await readLines(bytes, places, 10)).toEqual(['a', null, 'b', null, 'c', null]);
  });
});
