import fc from 'fast-check';
import { milliseconds, rfc3339 } from './timestamps';

test('microseconds are printed with six digits', () => {
  expect(rfc3339(1_793_620_800_000_042)).toBe('2026-11-02T12:00:00.000042Z');
});

test('the text and the milliseconds say the same instant, in any order of calls', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1.2e15, max: 4e15 }), (timeUs) => {
      const text = rfc3339(timeUs);
      expect(Date.parse(`${text.slice(0, 23)}Z`)).toBe(milliseconds(timeUs));
      expect(text.slice(20, 26)).toBe(String(timeUs % 1_000_000).padStart(6, '0'));
    }),
  );
});
