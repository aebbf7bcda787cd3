import { throttled } from './throttle';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('the first call goes through at once, and of those that follow too soon the last one later', () => {
  const seen: string[] = [];
  const say = throttled((word: string) => seen.push(word), 500);
  for (const word of ['a', 'b', 'c']) say(word);
  expect(seen).toEqual(['a']);
  jest.advanceTimersByTime(499);
  expect(seen).toEqual(['a']);
  jest.advanceTimersByTime(1);
  expect(seen).toEqual(['a', 'c']);
});

test('after a pause a call goes through at once again', () => {
  const seen: string[] = [];
  const say = throttled((word: string) => seen.push(word), 500);
  say('a');
  jest.advanceTimersByTime(500);
  say('b');
  expect(seen).toEqual(['a', 'b']);
});
