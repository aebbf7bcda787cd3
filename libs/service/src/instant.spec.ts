import { readInstant } from './instant';

describe('an instant that a person wrote', () => {
  it.each([
    ['2026-11-23', Date.UTC(2026, 10, 23)],
    ['2026-11-23T04:05Z', Date.UTC(2026, 10, 23, 4, 5)],
    ['2026-11-23T04:05:06.789+01:00', Date.UTC(2026, 10, 23, 3, 5, 6, 789)],
    ['1709596800000', 1_709_596_800_000],
    ['0', 0],
  ])('%s is read', (text, instant) => expect(readInstant(text)).toBe(instant));

  it.each(['', '-5', '2026-11', '2026-13-01', '2026-11-23T04:05:06', 'yesterday', '1e9', '12:00'])(
    '%s is none',
    (text) => expect(readInstant(text)).toBeNull(),
  );
});
