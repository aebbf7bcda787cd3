import { dataOf, startFaultyFeed } from '../testing/faulty-feed';
import type { FaultyFeed } from '../testing/faulty-feed';

jest.setTimeout(60_000);

let feed: FaultyFeed;
beforeEach(async () => {
  feed = await startFaultyFeed();
});
afterEach(() => feed.stop());

test("a skewed clock shifts every time of its venue and no other's, never runs backwards, and comes back", async () => {
  const client = await feed.binance(['btcusdt@trade']);
  const kraken = await feed.connect('kraken');
  feed.advance(2_000);
  const began = feed.now();
  feed.faults.carryOut({ fault: 'clock-skew', exchange: 'binance', ms: 60_000, forMs: 5_000 });
  feed.advance(4_000);
  const { serverTime } = (await (await feed.rest('binance', '/api/v3/time')).json()) as {
    serverTime: number;
  };
  expect(serverTime).toBe(feed.now() + 60_000);
  const pong = await kraken.ask({ method: 'ping', req_id: 1 }, (frame) => frame['method'] === 'pong');
  expect(Date.parse(pong['time_in'] as string)).toBe(feed.now());
  feed.advance(70_000);
  const trades = await dataOf(client, 'btcusdt@trade');
  const times = trades.map(({ T }) => Number(T));
  const shifted = times.filter((time) => time > began + 60_000 && time < began + 66_000);
  expect(shifted.length).toBeGreaterThan(5);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(Math.abs((times.at(-1) ?? 0) - feed.now())).toBeLessThan(5_000);
  expect(feed.truth().map(({ timestamp }) => timestamp)).toEqual(times);
  expect(feed.logged('clock-skew')).toMatchObject([
    { exchange: 'binance', ms: 60_000, until: began + 5_000 },
  ]);
});

test('a shutdown is announced to the present clients, who are cut later; new ones stay', async () => {
  const combined = await feed.binance(['btcusdt@trade']);
  const raw = await feed.connect('binance', '/ws/btcusdt@trade');
  feed.faults.carryOut({ fault: 'announce-shutdown', exchange: 'binance', ms: 3_000 });
  expect(await combined.frame((frame) => frame['stream'] === '!serverShutdown')).toMatchObject({
    data: { e: 'serverShutdown', E: feed.now() },
  });
  await raw.frame((frame) => frame['e'] === 'serverShutdown');
  feed.advance(2_000);
  const later = await feed.binance(['btcusdt@trade']);
  feed.advance(1_500);
  expect(await combined.closed).toBe(1006);
  await raw.closed;
  expect((await dataOf(later, 'btcusdt@trade')).length).toBeGreaterThan(0);
  expect(() => feed.faults.carryOut({ fault: 'announce-shutdown', exchange: 'kraken' })).toThrow(
    'not possible',
  );
});

test.each([
  ['binance', 300, 429, 300_000],
  ['coinbase', 20, 429, 5_000],
  ['kraken', 150, 429, 600_000],
  ['bybit', 500, 403, 300_000],
] as const)(
  '%s admits %d connections at once and refuses more with %d',
  async (venue, most, status, afterMs) => {
    const attempt = (): Promise<boolean> =>
      feed.connect(venue).then(
        (client) => {
          client.close();
          return true;
        },
        (error: Error) => {
          expect(error.message).toContain(String(status));
          return false;
        },
      );
    for (let made = 0; made < most; made += 10) {
      expect(await Promise.all(Array.from({ length: 10 }, attempt))).not.toContain(false);
    }
    expect(feed.simulator.statistics().violations).toEqual([]);
    expect(await attempt()).toBe(false);
    expect(feed.simulator.statistics().violations).toEqual([
      { exchange: venue, kind: 'connect-rate', count: 1 },
    ]);
    feed.jump(afterMs);
    expect(await attempt()).toBe(true);
  },
);

test('a client of Binance that answers no ping for a minute is closed and counted; one that answers is not', async () => {
  const mute = await feed.connect('binance', undefined, { autoPong: false });
  const alive = await feed.connect('binance');
  let pings = 0;
  alive.socket.on('ping', () => pings++);
  for (let seconds = 0; seconds < 82; seconds += 20) {
    const seen = pings;
    feed.advance(20_000);
    // The pong travels over a real socket: the next turn must find it.
    while (pings === seen) await new Promise((resolve) => setTimeout(resolve, 2));
    await alive.ask({ method: 'LIST_SUBSCRIPTIONS', id: seconds }, (frame) => frame['id'] === seconds);
  }
  expect(await mute.closed).toBe(1008);
  // The server hears of the end of its side on its own.
  while (feed.simulator.statistics().clients > 1) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(feed.simulator.statistics()).toMatchObject({
    clients: 1,
    violations: [{ exchange: 'binance', kind: 'pong-timeout', count: 1 }],
  });
});

test('a half-open fault is held against nobody: no ping deadline breaks meanwhile', async () => {
  const client = await feed.binance(['btcusdt@trade']);
  feed.faults.halfOpen('binance', 90_000);
  feed.advance(91_000);
  await dataOf(client, 'btcusdt@trade');
  expect(feed.simulator.statistics().violations).toEqual([]);
});

test('who asks REST on while told to wait is counted, and banned with 418 where the venue bans', async () => {
  const statuses = async (venue: string, path: string): Promise<number[]> => {
    feed.faults.carryOut({ fault: 'rest-429', exchange: venue, retryAfter: 30, forMs: 1_000 });
    const seen = [(await feed.rest(venue, path)).status];
    feed.advance(2_000);
    for (let asked = 0; asked < 12; asked++) seen.push((await feed.rest(venue, path)).status);
    return seen;
  };
  const binance = await statuses('binance', '/api/v3/time');
  expect(binance).toEqual([429, ...Array<number>(10).fill(200), 418, 418]);
  const bybit = await statuses('bybit', '/v5/market/instruments-info?category=spot');
  expect(bybit).toEqual([429, ...Array<number>(12).fill(200)]);
  expect(feed.simulator.statistics().violations).toEqual([
    { exchange: 'binance', kind: 'ignored-retry-after', count: 10 },
    { exchange: 'binance', kind: 'rest-banned', count: 2 },
    { exchange: 'bybit', kind: 'ignored-retry-after', count: 12 },
  ]);
  feed.jump(120_000);
  expect((await feed.rest('binance', '/api/v3/time')).status).toBe(200);
});

test('a truncated REST answer breaks off in the middle of its body', async () => {
  feed.faults.carryOut({ fault: 'rest-truncated', exchange: 'coinbase', forMs: 1_000 });
  const response = await feed.rest('coinbase', '/products');
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  feed.advance(1_000);
  expect(((await (await feed.rest('coinbase', '/products')).json()) as unknown[]).length).toBeGreaterThan(0);
  expect(feed.logged('rest-truncated')).toMatchObject([{ exchange: 'coinbase', path: '/products' }]);
});

test('a fault that finds no client is logged, and not counted as carried out', () => {
  feed.faults.carryOut({ fault: 'cut-clients', exchange: 'kraken' });
  expect(feed.logged('cut-clients')).toMatchObject([{ exchange: 'kraken', clients: 0 }]);
  expect(feed.simulator.statistics().faults).toEqual({});
  expect(feed.faults.ordered()).toMatchObject([{ id: 1, fault: 'cut-clients', effects: 0 }]);
});

test('on hold nothing trades any more, clients stay, and time goes on', async () => {
  const client = await feed.binance(['btcusdt@trade']);
  feed.advance(1_000);
  feed.simulator.hold();
  const { trades } = feed.simulator.statistics();
  feed.advance(60_000);
  expect(feed.simulator.statistics()).toMatchObject({ trades, clients: 1, skippedMs: 0 });
  await dataOf(client, 'btcusdt@trade');
});
