import fc from 'fast-check';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { drawsOf } from '../testing/candles';
import { RollingDeviation, RollingSum } from './rolling-sum';

/** Values that one window sees one after the other; the long run takes a million. */
const LONG = Number(process.env['FEATURE_CANDLES'] ?? 20_000);

const value = fc
  .oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.double({ min: -1e-3, max: 1e-3, noNaN: true }),
    fc.constantFrom(0, 0.1, 3, 1e12),
  )
  .map((drawn) => (Math.abs(drawn) < 1e-100 ? 0 : drawn));
const values = fc.array(value, { minLength: 2, maxLength: 80 });
const sizes = fc.integer({ min: 2, max: 30 });

function rolled(values: readonly number[], size: number): RollingDeviation {
  const window = new RollingDeviation(size);
  values.forEach((each) => window.push(each));
  return window;
}

test('sum, mean and deviation depend on the values in the window alone, to the last bit', () => {
  fc.assert(
    fc.property(values, sizes, (given, size) => {
      const newest = given.slice(-size);
      const window = rolled(given, size);
      const fresh = rolled(newest, size);
      expect(window.sum).toBe(fresh.sum);
      expect(window.mean).toBe(fresh.mean);
      expect(window.deviation).toBe(fresh.deviation);
    }),
  );
});

test('mean and deviation are those of a maintained reference', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2 }),
      sizes,
      (given, size) => {
        const newest = given.slice(-size);
        const window = rolled(given, size);
        expect(window.mean).toBeCloseTo(mean(newest), 10);
        expect(window.deviation).toBeCloseTo(sampleStandardDeviation(newest), 10);
      },
    ),
  );
});

test('equal values have a deviation of exactly 0, whatever came before them', () => {
  fc.assert(
    fc.property(value, values, sizes, (same, before, size) => {
      const window = rolled([...before, ...Array<number>(size).fill(same)], size);
      expect(window.deviation).toBe(0);
    }),
  );
});

test(`nothing drifts over ${LONG} values of very different magnitudes`, () => {
  const draw = drawsOf(7);
  const window = new RollingDeviation(30);
  let newest: number[] = [];
  for (let index = 0; index < LONG; index += 1) {
    // A spike of a billion times the usual now and then: a plain running sum never recovers from it.
    const next = (draw() - 0.5) * (index % 997 === 0 ? 1e6 : 1e-3);
    window.push(next);
    newest.push(next);
    if (newest.length > 90) newest = newest.slice(-30);
  }
  const expected = rolled(newest.slice(-30), 30);
  expect(window.sum).toBe(expected.sum);
  expect(window.deviation).toBe(expected.deviation);
});

test('a window that is not full yet gives the figures of what came', () => {
  const window = new RollingSum(4);
  expect(window.full).toBe(false);
  window.push(1);
  window.push(2);
  expect([window.sum, window.mean, window.count, window.full]).toEqual([3, 1.5, 2, false]);
});
