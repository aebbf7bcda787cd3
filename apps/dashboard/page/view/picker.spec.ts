import { neighbour } from './picker';

test.each([
  ['a', 1, 'b'],
  ['c', 1, 'a'],
  ['a', -1, 'c'],
  ['elsewhere', 1, 'a'],
] as const)('from %s, %p step leads to %s', (current, step, to) =>
  expect(neighbour(['a', 'b', 'c'], current, step)).toBe(to),
);

test('where there is no choice everything stays', () => expect(neighbour([], 'a', 1)).toBe('a'));
