import { markOf } from './candle-marks';

test.each([
  [{ state: 'final', complete: true }, false, null],
  [{ state: 'partial', complete: true }, true, 'partial'],
  [{ state: 'revised', complete: true }, false, 'revised'],
  [{ state: 'revised', complete: true }, true, null],
  [{ state: 'revised', complete: false }, true, 'incomplete'],
  [{ state: 'partial', complete: false }, false, 'incomplete'],
] as const)('the candle %p, within a filled gap: %p, is marked as %p', (candle, isFilled, mark) =>
  expect(markOf(candle, isFilled)).toBe(mark),
);
