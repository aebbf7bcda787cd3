import type { Candle } from '@neuraltrade/contracts';
import { replaces } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { CandleBook, MOST_CANDLES, supersedes } from './candle-book';
import { candleOf } from '../../src/testing/market-samples';

const version = fc.record({
  epoch: fc.integer({ min: 0, max: 3 }),
  revision: fc.integer({ min: -1, max: 3 }),
});

test('the page replaces candles by the same rule as the contracts', () => {
  fc.assert(fc.property(version, version, (a, b) => expect(supersedes(a, b)).toBe(replaces(a, b))));
});

test('the order in which final and revised candles come does not matter', () => {
  const candles = fc.array(
    fc
      .record({ minute: fc.integer({ min: 1, max: 5 }), revision: fc.integer({ min: 0, max: 3 }) })
      .map(({ minute, revision }) =>
        candleOf({ timestamp: minute * 60_000, revision, close: 100 + revision }),
      ),
  );
  fc.assert(fc.property(candles, (list) => expect(bookOf(list)).toEqual(bookOf([...list].reverse()))));
});

test('a candle that follows the newest is drawn as one bar', () => {
  const book = new CandleBook();
  book.take([candleOf({ timestamp: 60_000 })]);
  const next = candleOf({ timestamp: 120_000, revision: -1 });
  expect(book.take([next])).toEqual({ kind: 'bars', candles: [next] });
  expect(book.last()).toBe(next);
});

test('a candle that falls between others has everything drawn again', () => {
  const book = new CandleBook();
  book.take([candleOf({ timestamp: 60_000 }), candleOf({ timestamp: 180_000 })]);
  expect(book.take([candleOf({ timestamp: 120_000 })])).toEqual({ kind: 'rebuilt' });
});

test('history that came late does not undo a newer revision', () => {
  const book = new CandleBook();
  book.take([candleOf({ revision: 2, close: 105 })]);
  expect(book.take([candleOf({ revision: 0, close: 101 })])).toEqual({ kind: 'none' });
  expect(book.last()?.close).toBe(105);
});

test('a page that stays open keeps a bounded number of candles: the oldest make room, and all is drawn again', () => {
  const book = new CandleBook();
  const changes = Array.from({ length: 2 * MOST_CANDLES }, (_, minute) => {
    const change = book.take([candleOf({ timestamp: minute * 60_000, revision: -1 })]);
    expect(book.size()).toBeLessThan(1.2 * MOST_CANDLES);
    return change.kind;
  });
  expect(changes.filter((kind) => kind === 'rebuilt').length).toBeGreaterThan(0);
  expect(changes.filter((kind) => kind === 'rebuilt').length).toBeLessThan(20);
  expect(book.ascending()).toHaveLength(book.size());
  expect(book.last()?.timestamp).toBe((2 * MOST_CANDLES - 1) * 60_000);
  expect(book.at(0)).toBeUndefined();
});

function bookOf(candles: readonly Candle[]): readonly Candle[] {
  const book = new CandleBook();
  for (const candle of candles) book.take([candle]);
  return book.ascending();
}
