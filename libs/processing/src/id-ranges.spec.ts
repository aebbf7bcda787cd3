import fc from 'fast-check';
import { IdRanges } from './id-ranges';

function ranged(values: readonly number[]): IdRanges {
  const ranges = new IdRanges();
  for (const value of values) ranges.add(value);
  return ranges;
}

function rangesOf(ranges: IdRanges): [number, number][] {
  return Array.from({ length: ranges.size }, (_, position) => {
    const end = ranges.endOf(position);
    return [end - ranges.lengthOf(position) + 1, end];
  });
}

const value = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0, max: 999_999_999_999_999 }),
  fc.integer({ min: 0, max: 100 }).map((below) => 999_999_999_999_999 - below),
);

describe('ranges of ids', () => {
  it('consecutive numbers are one range, however many', () => {
    const ranges = ranged(Array.from({ length: 10_000 }, (_, index) => 500 + index));
    expect(rangesOf(ranges)).toEqual([[500, 10_499]]);
  });

  it('a number that closes a hole joins both sides', () => {
    expect(rangesOf(ranged([1, 2, 4, 5, 3]))).toEqual([[1, 5]]);
  });

  it('say of each number whether it is new, and keep disjoint ascending ranges of exactly those', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 120 }), (values) => {
        const ranges = new IdRanges();
        const seen = new Set<number>();
        for (const each of values) {
          expect(ranges.add(each)).toBe(!seen.has(each));
          seen.add(each);
        }
        const sorted = [...seen].sort((a, b) => a - b);
        const expected: [number, number][] = [];
        for (const each of sorted) {
          const last = expected.at(-1);
          if (last && each === last[1] + 1) last[1] = each;
          else expected.push([each, each]);
        }
        expect(rangesOf(ranges)).toEqual(expected);
        expect(ranges.largest).toBe(sorted.at(-1) ?? -1);
      }),
    );
  });

  it('come back from their packed text unchanged', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 120 }), (values) => {
        const ranges = ranged(values);
        expect(rangesOf(IdRanges.unpack(ranges.pack()))).toEqual(rangesOf(ranges));
      }),
    );
  });

  it('ids that skip a few at a time take about a byte each', () => {
    const values = Array.from({ length: 60_000 }, (_, index) => 1_189_048_101 + index * 5);
    expect(ranged(values).pack().length).toBeLessThan(60_000 * 1.34 + 20);
  });
});
