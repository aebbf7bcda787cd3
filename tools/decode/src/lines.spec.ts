import * as fc from 'fast-check';
import { lineBatches, type InputLine } from './lines';

async function linesOf(pieces: string[], maxLineLength = 1_000): Promise<InputLine[]> {
  async function* source(): AsyncGenerator<string> {
    yield* pieces;
  }
  const lines: InputLine[] = [];
  for await (const batch of lineBatches(source(), maxLineLength)) lines.push(...batch);
  return lines;
}

/** A text cut into pieces at random places. */
const pieces = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'bc', '\n', '\n\n', '{"x":1}\n'), { maxLength: 40 }),
    fc.array(fc.nat(100)),
  )
  .map(([parts, cuts]) => {
    const text = parts.join('');
    const places = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort(
      (a, b) => a - b,
    );
    return { text, list: places.slice(1).map((end, index) => text.slice(places[index], end)) };
  });

test('however a text is cut into pieces, its lines are the same and the last may lack its end', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, async ({ text, list }) => {
      const expected = text.split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(await linesOf(list)).toEqual(expected);
    }),
  );
});

test('a line that is too long is told apart without being held, and the lines after it are read', async () => {
  const long = 'x'.repeat(11);
  expect(await linesOf(['a\n', long, long, '\nb\n', long + '\nc\n', long], 10)).toEqual([
    'a',
    null,
    'b',
    null,
    'c',
    null,
  ]);
});
