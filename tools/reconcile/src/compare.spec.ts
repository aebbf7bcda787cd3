import type { Candle } from '@neuraltrade/contracts';
import type { Kline } from '@neuraltrade/venues';
import * as fc from 'fast-check';
import { type Comparison, compareSeries, settled } from './compare';
import { isHarmless } from './difference';
import { byMinute, candle, kline, MINUTE_MS, quiet, START, type Traded } from './testing/traded';

const LAST = 12;
const range = { lengthMs: MINUTE_MS, from: START, to: START + LAST * MINUTE_MS };
const compare = (here: readonly Candle[], there: readonly Kline[]) =>
  compareSeries({ ...range, here, there });
const found = ({ differences }: Comparison) =>
  differences.map((difference) =>
    `${(difference.timestamp - START) / MINUTE_MS} ${difference.class} ${difference.fields.join()}`.trim(),
  );

const trades = (minute: number, ...steps: readonly [number, number][]): Traded[] =>
  steps.map(([price, size]) => ({ minute, price, size }));
const some = (minute: number) => trades(minute, [100, 2_500], [120, 5_000], [90, 1_250], [110, 10_000]);

test('candles of the same trades are equal', () => {
  const comparison = compare(
    [candle(0, some(0)), candle(1, some(1))],
    [kline(0, some(0)), kline(1, some(1))],
  );
  expect(comparison).toEqual({ differences: [], compared: 2, equal: 2, open: 0 });
});

test('each field that differs is told by its kind, and a mean price only where nothing else differs', () => {
  const there = [0, 2, 4, 6].map((minute) => kline(minute, some(minute)));
  const here = [
    candle(0, some(0), { high: 1.21 }),
    candle(2, some(2), { volume: 2.5, vwap: 1.05 }),
    candle(4, some(4), { trades: 5 }),
    candle(6, some(6), { vwap: 1.09 }),
  ];
  expect(found(compare(here, there))).toEqual([
    '0 price-differs high',
    '2 volume-differs volume',
    '4 trade-count-differs trades',
    '6 vwap-differs vwap',
  ]);
});

test('one difference a class: prices and volume of one candle are two', () => {
  const here = candle(0, some(0), { open: 1.01, close: 1.11, volume: 1 });
  expect(found(compare([here], [kline(0, some(0))]))).toEqual([
    '0 price-differs open,close',
    '0 volume-differs volume',
  ]);
});

test('last digits of a sum are rounding, the smallest trade is not', () => {
  const there = kline(0, some(0), { volume: 123.45678901, vwap: null });
  const volume = (value: number) => found(compare([candle(0, some(0), { volume: value })], [there]));
  expect(volume(123.45678901 + 1e-13)).toEqual(['0 rounding volume']);
  expect(volume(123.456789)).toEqual(['0 volume-differs volume']);
});

test('what a venue does not tell is not compared', () => {
  const there = kline(0, some(0), { trades: null, vwap: null });
  expect(compare([candle(0, some(0), { trades: 99, vwap: 1.1 })], [there]).equal).toBe(1);
});

test('a candle of one side is missing on the other', () => {
  const here = [candle(0, some(0)), candle(4, some(4)), candle(6, some(6))];
  const there = [kline(0, some(0)), kline(2, some(2)), quiet(4), kline(6, some(6))];
  expect(found(compare(here, there))).toEqual(['2 missing-here', '4 missing-there']);
  expect(found(compare(here, [kline(0, some(0)), kline(6, some(6))]))).toEqual(['4 missing-there']);
});

test('a minute that the venue tells as quiet and we not at all is harmless, and so is one that neither tells', () => {
  const comparison = compare(
    [candle(0, some(0)), candle(3, some(3))],
    [kline(0, some(0)), quiet(1), kline(3, some(3))],
  );
  expect(found(comparison)).toEqual(['1 no-trades']);
  expect(comparison.differences.every(isHarmless)).toBe(true);
});

test('what is older than the oldest candle that the venue serves is not missing there', () => {
  const here = [0, 1, 2].map((minute) => candle(minute, some(minute)));
  expect(found(compare(here, [kline(2, some(2))]))).toEqual(['0 not-served-there', '1 not-served-there']);
});

test('an incomplete candle may hold a part of the trades, and nothing more', () => {
  const part = some(0).slice(0, 2);
  const there = [kline(0, some(0))];
  expect(found(compare([candle(0, part, { complete: false })], there))).toEqual([
    '0 incomplete-here low,close,volume,trades,vwap',
  ]);
  expect(found(compare([candle(0, part)], there))).toEqual([
    '0 price-differs low,close',
    '0 volume-differs volume',
    '0 trade-count-differs trades',
  ]);
  const more = [...some(0), ...trades(0, [130, 2_500])];
  expect(found(compare([candle(0, more, { complete: false })], there))).toContain(
    '0 price-differs high,close',
  );
});

test('minutes without a candle between incomplete ones, or before the first one, were not observed', () => {
  const all = [0, 1, 2, 3, 4].map((minute) => kline(minute, some(minute)));
  const incomplete = { complete: false };
  const between = [0, 1].map((minute) => candle(minute, some(minute), minute === 1 ? incomplete : {}));
  const after = candle(4, some(4), incomplete);
  expect(found(compare([...between, after], all))).toEqual(['2 unobserved-here', '3 unobserved-here']);
  expect(found(compare([after], all)).slice(0, 2)).toEqual(['0 unobserved-here', '1 unobserved-here']);
  expect(found(compare([...between, { ...after, complete: true }], all))).toEqual([
    '2 missing-here',
    '3 missing-here',
  ]);
  expect(found(compare(between, all))).toEqual(['2 missing-here', '3 missing-here', '4 missing-here']);
});

test('candles outside the range tell about holes in it and are not compared themselves', () => {
  const before = candle(-1, some(-1), { complete: false });
  const after = candle(LAST, some(LAST), { complete: false });
  const hole = [kline(LAST - 1, some(LAST - 1))];
  const comparison = compare([before, after], hole);
  expect(found(comparison)).toEqual([`${LAST - 1} unobserved-here`]);
  expect(comparison.compared).toBe(0);
});

test('an interval that is not over is left out, and a partial candle of one that is over is told', () => {
  const here = [candle(0, some(0), { state: 'partial', revision: -1 }), candle(1, some(1), { volume: 9 })];
  const comparison = compare(here, [kline(0, some(0)), kline(1, some(1), { closed: false })]);
  expect(found(comparison)).toEqual(['0 unfinished-here']);
  expect(comparison).toMatchObject({ compared: 1, equal: 0, open: 1 });
});

test('a trade that is counted on the other side of an edge shifts both neighbours, also into an empty one', () => {
  const [first, second] = [some(3), some(4)];
  const there = [kline(3, first), kline(4, second)];
  const moved = [candle(3, first.slice(0, -1)), candle(4, [...first.slice(-1), ...second])];
  expect(found(compare(moved, there)).map((line) => line.slice(0, 16))).toEqual([
    '3 boundary-shift',
    '4 boundary-shift',
  ]);
  const alone = trades(3, [100, 2_500]);
  expect(found(compare([candle(4, [...alone, ...second])], [kline(3, alone), kline(4, second)]))).toEqual([
    '3 boundary-shift',
    expect.stringMatching(/^4 boundary-shift/),
  ]);
});

test('neighbours that both lost a trade are no shift', () => {
  const there = [kline(3, some(3)), kline(4, some(4))];
  const comparison = compare([candle(3, some(3).slice(1)), candle(4, some(4).slice(1))], there);
  expect(comparison.differences.map((difference) => difference.class)).not.toContain('boundary-shift');
});

test('what agrees at the second look was revised, what still differs stays what it is', () => {
  const there = [kline(0, some(0)), kline(1, some(1))];
  const first = compare([candle(0, some(0), { volume: 9 }), candle(1, some(1), { volume: 9 })], there);
  const second = compare([candle(0, some(0)), candle(1, some(1), { volume: 9 })], there);
  const both = settled(first, second);
  expect(found(both)).toEqual(['0 revised-later volume', '1 volume-differs volume']);
  expect(both).toMatchObject({ compared: 2, equal: 1 });
});

const anyTrades = fc.array(
  fc.record({
    minute: fc.nat(LAST - 1),
    price: fc.integer({ min: 1, max: 500 }),
    size: fc.integer({ min: 1, max: 100_000 }),
  }),
  { minLength: 1, maxLength: 60 },
);
const candlesOf = (list: readonly Traded[]) =>
  [...byMinute(list)].map(([minute, own]) => candle(minute, own)).sort((a, b) => a.timestamp - b.timestamp);
const klinesOf = (list: readonly Traded[]) =>
  [...byMinute(list)].map(([minute, own]) => kline(minute, own)).sort((a, b) => a.timestamp - b.timestamp);

test('property: the same trades never differ by more than rounding', () => {
  fc.assert(
    fc.property(anyTrades, (list) => {
      const comparison = compare(candlesOf(list), klinesOf(list));
      expect(comparison.differences.filter((difference) => difference.class !== 'rounding')).toEqual([]);
      expect(comparison.compared).toBe(byMinute(list).size);
    }),
  );
});

test('property: a trade that we lack is never harmless, unless our candle says that it is incomplete', () => {
  fc.assert(
    fc.property(anyTrades, fc.nat(), (list, pick) => {
      const lost = pick % list.length;
      const kept = list.filter((_, at) => at !== lost);
      const minute = START + (list[lost]?.minute ?? 0) * MINUTE_MS;
      const here = candlesOf(kept);
      const honest = compare(here, klinesOf(list)).differences.filter((one) => !isHarmless(one));
      expect(honest.map(({ timestamp }) => timestamp)).toContain(minute);
      if (!here.some(({ timestamp }) => timestamp === minute)) return;
      const marked = here.map((one) => ({ ...one, complete: one.timestamp !== minute }));
      expect(compare(marked, klinesOf(list)).differences.filter((one) => !isHarmless(one))).toEqual([]);
    }),
  );
});

test('property: moving the last trade of a minute over its edge is told as a shift of these two minutes alone', () => {
  fc.assert(
    fc.property(anyTrades, fc.nat(), (list, pick) => {
      const minutes = byMinute(list);
      const movable = [...minutes.keys()].filter((minute) => minute < LAST - 1);
      const minute = movable[pick % Math.max(1, movable.length)];
      fc.pre(minute !== undefined);
      const own = minutes.get(minute) ?? [];
      const moved = new Map(minutes);
      const rest = own.slice(0, -1);
      if (rest.length === 0) moved.delete(minute);
      else moved.set(minute, rest);
      moved.set(minute + 1, [...own.slice(-1), ...(minutes.get(minute + 1) ?? [])]);
      const here = [...moved].map(([at, part]) => candle(at, part)).sort((a, b) => a.timestamp - b.timestamp);
      const apart = compare(here, klinesOf(list)).differences.filter((one) => one.class !== 'rounding');
      expect(apart.map((one) => [one.class, (one.timestamp - START) / MINUTE_MS])).toEqual([
        ['boundary-shift', minute],
        ['boundary-shift', minute + 1],
      ]);
    }),
  );
});
