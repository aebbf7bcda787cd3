import fc from 'fast-check';
import type { MarketTrade } from './instrument';
import { RecentTrades } from './recent-trades';

const trade = (id: number, timeUs: number): MarketTrade => ({
  id,
  price: 2 * id,
  size: 3 * id,
  takerBuys: id % 2 === 0,
  timeUs,
  sequence: 4 * id,
});

test('what is held is the newest part of what was added, in order, whatever the bounds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 0, max: 9_000 }),
      fc.integer({ min: 0, max: 6_000 }),
      (capacity, keepUs, count) => {
        const recent = new RecentTrades({ capacity, keepUs });
        const added = Array.from({ length: count }, (_, at) => trade(at + 1, 2 * at));
        for (const one of added) recent.push(one);
        expect(recent.size).toBeLessThanOrEqual(capacity);
        expect(recent.newest).toEqual(added.at(-1));
        const kept = added.filter(({ timeUs }) => timeUs >= 2 * (count - 1) - keepUs).length;
        expect(recent.size).toBeGreaterThanOrEqual(Math.min(capacity, kept, count));
        expect(recent.last(capacity)).toEqual(added.slice(count - recent.size));
      },
    ),
    { numRuns: 60 },
  );
});

test('a history grows no further when its oldest trades are older than what is kept', () => {
  const recent = new RecentTrades({ capacity: 100_000, keepUs: 1_000 });
  for (let id = 1; id <= 20_000; id++) recent.push(trade(id, 10 * id));
  expect(recent.size).toBe(1_024);
});

test('positions are found by id and by time, between two as that of the later one', () => {
  const recent = new RecentTrades({ capacity: 4, keepUs: 0 });
  for (const [id, timeUs] of [10, 20, 30, 30, 40].entries()) recent.push(trade(2 * id, timeUs));
  expect(recent.range(0, 9).map(({ id }) => id)).toEqual([2, 4, 6, 8]);
  expect([0, 2, 3, 8, 9].map((id) => recent.positionOfId(id))).toEqual([0, 0, 1, 3, 4]);
  expect([0, 20, 21, 30, 41].map((timeUs) => recent.positionOfTime(timeUs))).toEqual([0, 0, 1, 1, 4]);
  expect(recent.range(-5, 1).map(({ id }) => id)).toEqual([2]);
});

test('a trade is told once, and its place is free again when it has left', () => {
  const recent = new RecentTrades({ capacity: 2, keepUs: 0 });
  for (const id of [1, 2]) recent.push(trade(id, id));
  expect([recent.markTold(1), recent.markTold(1), recent.markTold(3)]).toEqual([true, false, false]);
  recent.push(trade(3, 3));
  expect([recent.isTold(0), recent.isTold(1)]).toEqual([false, false]);
  expect([recent.markTold(1), recent.markTold(3)]).toEqual([false, true]);
});
