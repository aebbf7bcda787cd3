import fc from 'fast-check';
import { MERGED_AT, nextMerge } from './merge-plan';
import { type PartName, partFile, readPartName, standing } from './part-name';

/** What is left of so many writes, each merged as soon as it can be. */
function afterWrites(writes: number): { parts: PartName[]; rewritten: number } {
  let parts: PartName[] = [];
  let rewritten = 0;
  for (let number = 1; number <= writes; number++) {
    parts.push({ from: number, to: number, first: number, last: number });
    for (let merge = nextMerge(parts); merge !== null; merge = nextMerge(parts)) {
      const merged: PartName[] = merge;
      const [first, last] = [merged[0] as PartName, merged.at(-1) as PartName];
      rewritten += last.last - first.first + 1;
      parts = parts.filter((part) => !merged.includes(part));
      parts.unshift({ from: first.from, to: last.to, first: first.first, last: last.last });
    }
  }
  return { parts, rewritten };
}

describe('merging parts', () => {
  it('leaves few of them and writes each row few times, however many there were', () => {
    const { parts, rewritten } = afterWrites(5_760);
    expect(parts.length).toBeLessThan(3 * MERGED_AT);
    expect(rewritten).toBeLessThan(3 * 5_760);
  });

  it('holds every write once', () => {
    const numbers = afterWrites(1_000).parts.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  });
});

describe('the name of a part', () => {
  it('tells what it was made of', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(2_000_000), fc.nat(300), (from, length, first, more) => {
        const name = { from, to: from + length, first, last: first + more };
        expect(readPartName(partFile(name))).toEqual(name);
      }),
    );
    for (const other of [
      'ticks.parquet',
      'part-2-1-000001-000001.parquet',
      'part-1-2-1-1.parquet',
      'part-1-2-000001-000001.parquet.bad',
    ])
      expect(readPartName(other)).toBeNull();
  });

  it('stands for the parts whose writes it holds', () => {
    const part = (first: number, last: number): PartName => ({ from: 0, to: 0, first, last });
    const [merged, later] = [part(1, 16), part(17, 17)];
    expect(standing([part(1, 1), part(16, 16), merged, later])).toEqual([merged, later]);
    expect(standing([later, part(17, 17)])).toHaveLength(2);
  });
});
