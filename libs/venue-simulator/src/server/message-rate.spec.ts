import { MessageRate } from './message-rate';

test('as many messages as allowed pass in any window, one more does not', () => {
  const rate = new MessageRate(3, 1_000);
  expect([0, 10, 20].map((at) => rate.allows(at))).toEqual([true, true, true]);
  expect(rate.allows(999)).toBe(false);
});

test('the window slides: it is not reset by the clock', () => {
  const rate = new MessageRate(3, 1_000);
  expect([900, 950, 990].map((at) => rate.allows(at))).toEqual([true, true, true]);
  expect(rate.allows(1_100)).toBe(false);
  const other = new MessageRate(3, 1_000);
  expect([900, 950, 990, 1_900].map((at) => other.allows(at))).toEqual([true, true, true, true]);
});
