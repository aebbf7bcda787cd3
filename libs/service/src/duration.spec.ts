import { readDuration } from './duration';

test.each([
  ['0s', 0],
  ['250ms', 250],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1h', 3_600_000],
])('%s lasts %d ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each(['', '10', 's', '-1s', '1.5h', '1d', ' 1s', '1s\n', '1000000000s'])('%j is no duration', (text) => {
  expect(readDuration(text)).toBeNull();
});
