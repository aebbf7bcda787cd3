import fc from 'fast-check';
import { timeSpans } from './time-spans';

const HOUR_MS = 3_600_000;

describe('timeSpans', () => {
  test('instants within an hour are one stretch from the first to the last', () => {
    expect(timeSpans([2_000, 1_000, 1_500])).toEqual([{ from: 1_000, to: 2_000 }]);
    expect(timeSpans([])).toEqual([]);
  });

  test('empty hours between two instants are left out', () => {
    const spans = timeSpans([100 * HOUR_MS + 5, 10 * HOUR_MS, 11 * HOUR_MS + 7]);
    expect(spans).toEqual([
      { from: 10 * HOUR_MS, to: 12 * HOUR_MS - 1 },
      { from: 100 * HOUR_MS, to: 101 * HOUR_MS - 1 },
    ]);
  });

  test('every instant lies in exactly one of at most eight stretches', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 * HOUR_MS }), { minLength: 1 }), (instants) => {
        const spans = timeSpans(instants);
        expect(spans.length).toBeLessThanOrEqual(8);
        for (const instant of instants) {
          expect(spans.filter(({ from, to }) => from <= instant && instant <= to)).toHaveLength(1);
        }
      }),
    );
  });
});
