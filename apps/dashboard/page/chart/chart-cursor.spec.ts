import { cursorAfter } from './chart-cursor';

test.each([
  ['ArrowLeft', null, 9],
  ['ArrowLeft', 9, 8],
  ['ArrowLeft', 0, 0],
  ['ArrowRight', 8, 9],
  ['ArrowRight', 9, 9],
  ['PageUp', null, 0],
  ['PageDown', 5, 9],
  ['Home', 5, 0],
  ['End', 5, 9],
  ['a', 5, null],
])('of ten candles, %s leads from %p to %p', (key, from, to) => expect(cursorAfter(key, from, 10)).toBe(to));

test('without candles no key leads anywhere', () => expect(cursorAfter('End', null, 0)).toBeNull());
