import fc from 'fast-check';
import { FigureHistory, HISTORY_LENGTH } from './figure-history';
import { PLOT_HEIGHT, PLOT_WIDTH, plotPath } from './sparkline';

test('the last five minutes of a figure are kept, in their order', () => {
  const history = new FigureHistory();
  for (let value = 0; value < HISTORY_LENGTH + 7; value += 1) history.add(value);
  expect(history.values()).toHaveLength(HISTORY_LENGTH);
  expect(history.values()[0]).toBe(7);
  expect(history.values().at(-1)).toBe(HISTORY_LENGTH + 6);
});

test('a plot ends at the right edge and stands on zero', () => {
  expect(plotPath([0, 5, 10])).toBe('M297 38L298 20L299 2');
  expect(plotPath([0, 0])).toBe('M298 38L299 38');
});

test('what nobody knew interrupts the line', () => {
  const history = new FigureHistory();
  for (const value of [1, null, 1]) history.add(value);
  expect(plotPath(history.values())).toBe('M297 2M299 2');
});

test('every plot stays within its frame', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: HISTORY_LENGTH });
  fc.assert(
    fc.property(values, (list) => {
      for (const [, x, y] of plotPath(list).matchAll(/[ML](\S+) ([\d.]+)/g)) {
        expect(Number(x)).toBeLessThan(PLOT_WIDTH);
        expect(Number(y)).toBeGreaterThanOrEqual(0);
        expect(Number(y)).toBeLessThanOrEqual(PLOT_HEIGHT);
      }
    }),
  );
});
