import fc from 'fast-check';
import { candleOf } from '../../src/testing/market-samples';
import { holeBetween, slotPosition, slotsOf } from './time-slots';

const MINUTE = 60_000;
const at = (minute: number) => candleOf({ timestamp: minute * MINUTE });

test('intervals without candles have their place on the axis', () => {
  const slots = slotsOf([at(1), at(2), at(5)], MINUTE);
  expect(slots.map(({ timestamp }) => timestamp / MINUTE)).toEqual([1, 2, 3, 4, 5]);
  expect(slots.map(({ candle }) => candle !== null)).toEqual([true, true, false, false, true]);
});

test('a long rest is passed over', () => {
  expect(slotsOf([at(1), at(1_000)], MINUTE)).toHaveLength(2);
  expect(holeBetween(0, 241 * MINUTE, MINUTE)).toHaveLength(240);
  expect(holeBetween(0, 242 * MINUTE, MINUTE)).toEqual([]);
});

test('an instant lies within its interval', () => {
  const openings = [1, 2, 3].map((minute) => minute * MINUTE);
  const position = (minute: number) => slotPosition(openings, minute * MINUTE, MINUTE);
  expect([1, 1.5, 2, 2.25].map(position)).toEqual([-0.5, 0, 0.5, 0.75]);
  expect([0, 4, 5].map(position)).toEqual([-1.5, 2.5, 3.5]);
  expect(slotPosition([], 1, MINUTE)).toBeNull();
});

test('what lies in a rest that was passed over is between the slots beside it', () => {
  expect(slotPosition([0, 1_000 * MINUTE], 500 * MINUTE, MINUTE)).toBe(0.5);
});

test('a later instant never lies before an earlier one', () => {
  const minute = fc.integer({ min: 0, max: 2_000 });
  const openings = fc.uniqueArray(minute, { minLength: 1 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(openings, minute, minute, (list, a, b) => {
      const times = list.map((each) => each * MINUTE);
      const position = (instant: number) => slotPosition(times, instant * MINUTE, MINUTE) ?? NaN;
      expect(position(Math.min(a, b))).toBeLessThanOrEqual(position(Math.max(a, b)));
    }),
  );
});
