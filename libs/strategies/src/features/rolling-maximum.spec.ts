import fc from 'fast-check';
import { RollingMaximum } from './rolling-maximum';

test('the maximum is the largest of the newest values, after each of them', () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 12 }), (given, size) => {
      const window = new RollingMaximum(size);
      given.forEach((value, index) => {
        window.push(value);
        expect(window.maximum).toBe(Math.max(...given.slice(Math.max(0, index + 1 - size), index + 1)));
      });
    }),
  );
});

test('a window that was emptied knows nothing of what came before', () => {
  const window = new RollingMaximum(3);
  window.push(9);
  window.clear();
  expect(window.maximum).toBeNaN();
  window.push(1);
  expect(window.maximum).toBe(1);
});
