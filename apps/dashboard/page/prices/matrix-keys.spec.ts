import { nextCell } from './matrix-keys';

const CELLS = [
  ['a', undefined, 'c'],
  [undefined, 'e', 'f'],
];
const cellAt = (row: number, column: number): string | undefined => CELLS[row]?.[column];

test.each([
  ['ArrowRight', [0, 0], 'c'],
  ['ArrowLeft', [0, 2], 'a'],
  ['ArrowDown', [0, 2], 'f'],
  ['ArrowUp', [1, 1], undefined],
  ['ArrowRight', [0, 2], undefined],
  ['Enter', [0, 0], undefined],
] as const)('%s from %p leads to %p', (key, from, to) =>
  expect(nextCell(key, from, cellAt, [2, 3])).toBe(to),
);
