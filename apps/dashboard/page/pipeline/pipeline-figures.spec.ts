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
  expect(plotPath([0, 5, 10])).toBe('M289.8 38L294.9 20L300 2');
  expect(plotPath([0, 0])).toBe('M294.9 38L300 38');
});

test('a plot is a minute wide at least, and as wide as its history later', () => {
  const firstX = (length: number): string => plotPath(new Array<number>(length).fill(1)).split(' ')[0] ?? '';
  expect(firstX(30)).toBe('M152.5');
  expect(firstX(60)).toBe('M0');
  expect(firstX(HISTORY_LENGTH)).toBe('M0');
});

test('what nobody knew interrupts the line', () => {
  const history = new FigureHistory();
  for (const value of [1, null, 1]) history.add(value);
  expect(plotPath(history.values())).toBe('M289.8 2M300 2');
});

test('every plot stays within its frame', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: HISTORY_LENGTH });
  fc.assert(
    fc.property(values, (list) => {
      for (const [, x, y] of plotPath(list).matchAll(/[ML](\S+) ([\d.]+)/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0);
        expect(Number(x)).toBeLessThanOrEqual(PLOT_WIDTH);
        expect(Number(y)).toBeGreaterThanOrEqual(0);
        expect(Number(y)).toBeLessThanOrEqual(PLOT_HEIGHT);
      }
    }),
  );
});
