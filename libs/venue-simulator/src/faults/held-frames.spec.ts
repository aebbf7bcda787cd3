import { dataOf, startFaultyFeed } from '../testing/faulty-feed';
import type { FaultyFeed } from '../testing/faulty-feed';

jest.setTimeout(60_000);

const SYMBOL = { exchange: 'binance', symbol: 'BTC/USDT' } as const;
const STREAM = 'btcusdt@trade';

let feed: FaultyFeed;
beforeEach(async () => {
  feed = await startFaultyFeed();
});
afterEach(() => feed.stop());

const ascending = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b);
const withoutHole = (ids: readonly number[]): boolean =>
  ascending(ids).every((id, at, all) => at === 0 || id === (all[at - 1] ?? 0) + 1);

test('reordered frames come newest first within the limit, and none is lost', async () => {
  const client = await feed.binance([STREAM]);
  const { id } = feed.faults.carryOut({ fault: 'reorder-frames', ...SYMBOL, count: 4, ms: 5_000 });
  feed.advance(5_000);
  const ids = (await dataOf(client, STREAM)).map(({ t }) => Number(t));
  expect(withoutHole(ids)).toBe(true);
  expect(ids).not.toEqual(ascending(ids));
  const [record] = feed.logged('reorder-frames');
  expect(record).toMatchObject({ id, ...SYMBOL });
  const late = (record?.tradeIds ?? []).map(Number);
  expect(late).toEqual(ascending(ids).slice(0, late.length));
  // What was late had something newer in front of it.
  for (const id of late) expect(Math.max(...ids.slice(0, ids.indexOf(id)))).toBeGreaterThan(id);
  expect((record?.until ?? Infinity) - (record?.at ?? 0)).toBeLessThanOrEqual(6_000);
});

test('a held frame never waits longer than the limit, even when nothing follows it', async () => {
  await feed.stop();
  feed = await startFaultyFeed({ tradesPerSecond: 1 });
  const client = await feed.binance([STREAM]);
  feed.faults.carryOut({ fault: 'swap-frames', ...SYMBOL, ms: 200 });
  while (feed.simulator.statistics().faults['swap-frames'] === undefined) feed.advance(100);
  const [record] = feed.logged('swap-frames');
  expect(record).toMatchObject({ inOrder: true });
  expect((record?.until ?? 0) - (record?.at ?? 0)).toBeLessThanOrEqual(400);
  const ids = (await dataOf(client, STREAM)).map(({ t }) => String(t));
  expect(ids).toEqual(expect.arrayContaining([...(record?.tradeIds ?? ['none'])]));
});

test('late trades come so much later than they happened, after newer ones', async () => {
  const client = await feed.binance([STREAM]);
  feed.faults.carryOut({ fault: 'late-trades', ...SYMBOL, count: 1, ms: 2_000 });
  feed.advance(5_000);
  const trades = await dataOf(client, STREAM);
  const ids = trades.map(({ t }) => Number(t));
  const [record] = feed.logged('late-trades');
  const late = (record?.tradeIds ?? []).map(Number);
  expect(withoutHole(ids)).toBe(true);
  expect(late).toEqual(ascending(ids).slice(0, late.length));
  expect(ids.indexOf(late[0] ?? 0)).toBeGreaterThan(5);
  expect((record?.until ?? 0) - (record?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
  const happened = trades.find(({ t }) => Number(t) === late[0])?.['T'];
  const before = trades[ids.indexOf(late[0] ?? 0) - 1]?.['T'];
  expect(Number(before) - Number(happened)).toBeGreaterThan(1_000);
});

test('a stream holds one fault at a time: a second one begins when the first is over', async () => {
  const client = await feed.binance([STREAM]);
  feed.faults.carryOut({ fault: 'late-trades', ...SYMBOL, count: 1, ms: 1_000 });
  feed.faults.carryOut({ fault: 'drop-trades', ...SYMBOL, count: 1 });
  expect(feed.faults.isBusy(SYMBOL)).toBe(true);
  expect(feed.faults.isBusy({ ...SYMBOL, symbol: 'ETH/USDT' })).toBe(false);
  feed.advance(4_000);
  await dataOf(client, STREAM);
  expect(feed.logged('drop-trades')[0]?.at).toBeGreaterThanOrEqual(
    feed.logged('late-trades')[0]?.until ?? Infinity,
  );
  expect(feed.faults.isBusy(SYMBOL)).toBe(false);
});
