import fc from 'fast-check';
import { gapOf } from '../../src/testing/market-samples';
import { FilledTime } from './filled-time';

const gap = (fromTimestamp: number, toTimestamp: number, status: 'filled' | 'unfillable' = 'filled') =>
  gapOf({ gapId: `${fromTimestamp}`, fromTimestamp, toTimestamp, status });

test('a stretch is filled where a filled gap overlaps it, and nowhere else', () => {
  const filled = new FilledTime([gap(500, 900), gap(100, 200)]);
  expect(filled.overlaps(150, 160)).toBe(true);
  expect(filled.overlaps(0, 101)).toBe(true);
  expect(filled.overlaps(0, 100)).toBe(false);
  expect(filled.overlaps(200, 500)).toBe(false);
  expect(filled.overlaps(899, 5_000)).toBe(true);
});

test('gaps whose trades are missing are not filled', () => {
  const open = gapOf({ fromTimestamp: 100, toTimestamp: null });
  const filled = new FilledTime([gap(100, 900, 'unfillable'), open]);
  expect(filled.overlaps(0, 1_000)).toBe(false);
});

test('the same as asking every gap, however they overlap', () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(fc.array(span), span, (spans, [from, length]) => {
      const gaps = spans.map(([start, size]) => gap(start, start + size));
      const any = spans.some(([start, size]) => start < from + length && start + size > from);
      expect(new FilledTime(gaps).overlaps(from, from + length)).toBe(any);
    }),
  );
});
