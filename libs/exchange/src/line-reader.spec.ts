import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type FileLine, readLines } from './line-reader';

jest.setTimeout(30_000);

describe('the lines of a file', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lines-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const linesOf = async (file: string, range?: { start: number; end: number }): Promise<FileLine[]> => {
    const lines: FileLine[] = [];
    for await (const portion of readLines(file, range)) lines.push(...portion);
    return lines;
  };

  it('come whole across the portions in which it is read, and again from where they lie', async () => {
    const file = join(directory, 'lines');
    const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((line) => !/[\n\ufeff]/.test(line));
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 10 }),
        fc.boolean(),
        async (texts, ended) => {
          // Long lines make the portions end in the middle of one.
          const long = texts.map((line) => line + 'é'.repeat(40_000 * (line.length % 3)));
          const last = long.at(-1) === '' && !ended ? long.slice(0, -1) : long;
          await writeFile(file, long.join('\n') + (ended ? '\n' : ''));
          const lines = await linesOf(file);
          expect(lines.map((line) => line.text)).toEqual(last);
          expect(lines.map(({ number }) => number)).toEqual(last.map((_, index) => index + 1));
          const some = lines[Math.floor(lines.length / 2)];
          if (some !== undefined) {
            const again = await linesOf(file, { start: some.start, end: some.end });
            expect(again.map((line) => line.text)).toEqual([some.text]);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('have no byte order mark at the start of the file, and lie where they lie', async () => {
    const file = join(directory, 'marked');
    await writeFile(file, '\ufeffa\n\ufeffb\n');
    const lines = await linesOf(file);
    expect(lines).toEqual([
      { text: 'a', number: 1, start: 0, end: 4 },
      { text: '\ufeffb', number: 2, start: 5, end: 9 },
    ]);
    expect((await linesOf(file, { start: 0, end: 4 })).map(({ text }) => text)).toEqual(['a']);
  });
});
