import { gapOf } from '../../src/testing/market-samples';
import { GapBook, gapSentence } from './gap-book';

test('a gap is known by its newest status', () => {
  const book = new GapBook();
  book.take([gapOf({ gapId: 'a', fromTimestamp: 900 }), gapOf({ gapId: 'b', fromTimestamp: 500 })]);
  book.take([gapOf({ gapId: 'a', fromTimestamp: 900, status: 'filled', toTimestamp: 2_000 })]);
  expect(book.ascending().map(({ gapId, status }) => [gapId, status])).toEqual([
    ['b', 'open'],
    ['a', 'filled'],
  ]);
});

test('a gap that is closed never opens again, whichever word of it comes first', () => {
  const book = new GapBook();
  book.take([gapOf({ status: 'unfillable', toTimestamp: 1_760_000_002_000 })]);
  book.take([gapOf({})]);
  expect(book.ascending().map(({ status }) => status)).toEqual(['unfillable']);
});

test('of very many gaps the oldest are forgotten', () => {
  const book = new GapBook();
  book.take(Array.from({ length: 1_500 }, (_, index) => gapOf({ gapId: `g${index}`, fromTimestamp: index })));
  expect(book.ascending()).toHaveLength(1_000);
  expect(book.ascending()[0]?.fromTimestamp).toBe(500);
});

test.each([
  [{ missing: 12 }, 'Gap being closed: 12 trades missing, after a lost connection.'],
  [
    { status: 'unfillable', cause: 'restart' },
    'Unfillable gap: an unknown number of trades missing for good, after a restart.',
  ],
  [
    { status: 'filled', missing: 1, cause: 'sequence' },
    'Filled gap: 1 trade fetched afterwards, after a jump of trade ids.',
  ],
] as const)('the gap %p is told as %p', (fields, sentence) =>
  expect(gapSentence(gapOf(fields))).toBe(sentence),
);
