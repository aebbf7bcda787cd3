import {
  formatAge,
  formatDayMinute,
  formatExactTime,
  formatLatency,
  formatMinute,
  formatTimeOfDay,
} from './time-format';

test.each([
  [-5, '0.0s'],
  [430, '0.4s'],
  [12_900, '12s'],
  [61_000, '1m'],
  [7_300_000, '2h'],
  [200_000_000, '2d'],
])('an age of %p ms is shown as %p', (ms, text) => expect(formatAge(ms)).toBe(text));

test.each([
  [null, '–'],
  [0.84, '0.8 ms'],
  [45.4, '45 ms'],
  [1_204, '1.20 s'],
  [75_100, '75 s'],
])('a latency of %p ms is shown as %p', (ms, text) => expect(formatLatency(ms)).toBe(text));

test('instants are shown in UTC', () => {
  const instant = Date.UTC(2026, 2, 1, 12, 5, 9, 42);
  expect(formatMinute(instant)).toBe('2026-03-01 12:05');
  expect(formatDayMinute(instant)).toBe('03-01 12:05');
  expect(formatTimeOfDay(instant)).toBe('12:05:09');
  expect(formatExactTime(instant)).toBe('12:05:09.042');
});
