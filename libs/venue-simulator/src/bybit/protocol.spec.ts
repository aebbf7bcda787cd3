import type { Instrument, MarketTrade } from '../market/instrument';
import type { JsonObject } from '../server/client-json';
import type { FeedClient } from '../testing/feed-client';
import { startVirtualSimulator } from '../testing/virtual-simulator';
import type { VirtualSimulator } from '../testing/virtual-simulator';
import { tradeFrames } from './frames';

// Not a time limit: a busy machine may be slow, and every wait has a deadline of its own.
jest.setTimeout(30_000);

let virtual: VirtualSimulator;
beforeEach(async () => {
  virtual = await startVirtualSimulator();
});
afterEach(() => virtual.stop());

const isAnswer = (frame: JsonObject): boolean => 'success' in frame;
const onTopic = (topic: string) => (frame: JsonObject) => frame['topic'] === topic;
const subscribe = (args: unknown, req_id?: string): object => ({ req_id, op: 'subscribe', args });

async function settled(client: FeedClient): Promise<JsonObject[]> {
  await client.ask({ op: 'ping', req_id: 'end' }, (frame) => frame['req_id'] === 'end');
  return client.frames.map((text) => JSON.parse(text) as JsonObject);
}

test('a request is acknowledged once, with its id where it had one', async () => {
  const client = await virtual.connect('bybit');
  const ack = await client.ask(subscribe(['publicTrade.BTCUSDT', 'publicTrade.ETHUSDT'], 'a'), isAnswer);
  expect(ack).toEqual({
    success: true,
    ret_msg: 'subscribe',
    conn_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    req_id: 'a',
    op: 'subscribe',
  });
  const bare = await client.ask(subscribe(['publicTrade.SOLUSDT']), isAnswer);
  expect(Object.keys(bare)).toEqual(['success', 'ret_msg', 'conn_id', 'op']);
});

test('trades carry ids above 2^53 as text that ascend with holes, several to a frame in a sweep', async () => {
  const client = await virtual.connect('bybit');
  await client.ask(subscribe(['publicTrade.BTCUSDT']), isAnswer);
  virtual.advance(20_000);
  const frames = (await settled(client)).filter(onTopic('publicTrade.BTCUSDT'));
  expect(Object.keys(frames[0] ?? {})).toEqual(['topic', 'ts', 'type', 'data']);
  expect(frames.some((frame) => (frame['data'] as JsonObject[]).length > 1)).toBe(true);
  const rows = frames.flatMap((frame) => frame['data'] as JsonObject[]);
  expect(Object.keys(rows[0] ?? {})).toEqual(['i', 'T', 'p', 'v', 'S', 'seq', 's', 'BT', 'RPI']);
  const ids = rows.map((row) => BigInt(row['i'] as string));
  expect(ids[0]).toBeGreaterThan(2n ** 53n);
  const steps = ids.slice(1).map((id, at) => id - (ids[at] ?? 0n));
  expect(steps.every((step) => step > 0n)).toBe(true);
  expect(steps.some((step) => step === 1n)).toBe(true);
  expect(steps.some((step) => step > 1n)).toBe(true);
});

test('the book is sent at once, then at every change as a snapshot of one level', async () => {
  const client = await virtual.connect('bybit');
  await client.ask(subscribe(['orderbook.1.BTCUSDT']), isAnswer);
  virtual.advance(5_000);
  const frames = (await settled(client)).filter(onTopic('orderbook.1.BTCUSDT'));
  expect(frames.length).toBeGreaterThan(50);
  expect(Object.keys(frames[0] ?? {})).toEqual(['topic', 'ts', 'type', 'data', 'cts']);
  expect(new Set(frames.map((frame) => frame['type']))).toEqual(new Set(['snapshot']));
  const updates = frames.map((frame) => Number((frame['data'] as JsonObject)['u']));
  expect(updates).toEqual(updates.map((_, at) => (updates[0] ?? 0) + at));
});

test('an unchanged book is sent again after three seconds with the same update id', async () => {
  const client = await virtual.connect('bybit');
  // A listed pair that nobody asked the simulator to trade never changes.
  await client.ask(subscribe(['orderbook.1.LTCUSDT']), isAnswer);
  virtual.advance(9_000);
  const frames = (await settled(client)).filter(onTopic('orderbook.1.LTCUSDT'));
  expect(frames).toHaveLength(4);
  expect(new Set(frames.map((frame) => (frame['data'] as JsonObject)['u'])).size).toBe(1);
  expect(new Set(frames.map((frame) => frame['cts'])).size).toBe(1);
  const pushed = frames.map((frame) => Number(frame['ts']));
  expect(pushed.slice(2).map((ts, at) => ts - (pushed[at + 1] ?? 0))).toEqual([3_000, 3_000]);
});

test('a request with one bad symbol fails as a whole, names the topic in its text and carries no id', async () => {
  const client = await virtual.connect('bybit');
  const refusal = await client.ask(subscribe(['publicTrade.BTCUSDT', 'publicTrade.BTCUSD'], 'x'), isAnswer);
  expect(refusal).toMatchObject({
    success: false,
    ret_msg: 'Invalid symbol :[publicTrade.BTCUSD]',
    op: 'subscribe',
  });
  expect(refusal).not.toHaveProperty('req_id');
  virtual.advance(3_000);
  expect((await settled(client)).filter((frame) => 'topic' in frame)).toEqual([]);
});

test('ten topics are accepted and eleven refused', async () => {
  const client = await virtual.connect('bybit');
  const bases = 'BTC ETH SOL XRP BNB DOGE ADA TRX LTC LINK AVAX'.split(' ');
  const args = bases.map((base) => `publicTrade.${base}USDT`);
  const refusal = await client.ask(subscribe(args), isAnswer);
  expect(refusal).toMatchObject({ success: false, ret_msg: 'args size >10' });
  expect(client.frames.at(-1)).toContain('args size \\u003e10');
  expect(await client.ask(subscribe(args.slice(0, 10)), isAnswer)).toMatchObject({ success: true });
});

test('a topic that is subscribed already is refused, and free again after unsubscribing', async () => {
  const client = await virtual.connect('bybit');
  const args = ['publicTrade.BTCUSDT'];
  await client.ask(subscribe(args), isAnswer);
  expect(await client.ask(subscribe(args), isAnswer)).toMatchObject({
    success: false,
    ret_msg: 'error:already subscribed,topic:publicTrade.BTCUSDT',
  });
  expect(await client.ask({ op: 'unsubscribe', args, req_id: 'u' }, isAnswer)).toMatchObject({
    success: true,
    op: 'unsubscribe',
    req_id: 'u',
  });
  virtual.advance(3_000);
  expect((await settled(client)).filter((frame) => 'topic' in frame)).toEqual([]);
  expect(await client.ask(subscribe(args), isAnswer)).toMatchObject({ success: true });
});

test.each([
  ['{', 'Invalid request'],
  [{ op: 'dance' }, 'Invalid op :[dance]'],
  [subscribe('publicTrade.BTCUSDT'), 'Invalid request'],
  [subscribe(['weather.BTCUSDT']), 'error:handler not found,topic:weather.BTCUSDT'],
])('the faulty message %j is refused', async (message, text) => {
  const client = await virtual.connect('bybit');
  const refusal = await client.ask(message, isAnswer);
  expect(refusal['success']).toBe(false);
  expect(refusal['ret_msg']).toContain(text);
});

test('a ping is answered with pong', async () => {
  const client = await virtual.connect('bybit');
  const pong = await client.ask({ op: 'ping', req_id: 'p' }, isAnswer);
  expect(pong).toMatchObject({ success: true, ret_msg: 'pong', req_id: 'p', op: 'ping' });
});

test('a connection without pings and data is cut after ten minutes', async () => {
  const pinging = await virtual.connect('bybit');
  const idle = await virtual.connect('bybit');
  virtual.jump(599_000);
  await pinging.ask({ op: 'ping' }, isAnswer);
  virtual.jump(1_000);
  await idle.closed;
  await pinging.ask({ op: 'ping' }, isAnswer);
});

test('an order of more than 1024 trades is split over frames', () => {
  const trades: MarketTrade[] = Array.from({ length: 1_500 }, (_, at) => ({
    ...{ id: at, price: 1, size: 1, takerBuys: true, timeUs: 1_000, sequence: at },
  }));
  const listing = { native: 'BTCUSDT', priceDecimals: 1, sizeDecimals: 6 };
  const frames = tradeFrames({ listing, index: 0 } as Instrument, trades);
  const rows = frames.map((frame) => (JSON.parse(frame) as { data: JsonObject[] }).data);
  expect(rows.map((data) => data.length)).toEqual([1_024, 476]);
});

test('spot instruments are listed, other categories refused', async () => {
  const base = virtual.simulator.endpoints.get('bybit')?.restUrl ?? '';
  const get = async (path: string): Promise<JsonObject> =>
    (await (await fetch(base + path)).json()) as JsonObject;
  const info = await get('/v5/market/instruments-info?category=spot');
  expect(info).toMatchObject({ retCode: 0, retMsg: 'OK', retExtInfo: {}, result: { category: 'spot' } });
  const list = (info['result'] as { list: JsonObject[] }).list;
  expect(list.find((entry) => entry['symbol'] === 'BTCUSDT')).toMatchObject({
    baseCoin: 'BTC',
    quoteCoin: 'USDT',
    status: 'Trading',
    priceFilter: { tickSize: '0.1' },
    lotSizeFilter: { basePrecision: '0.000001' },
  });
  expect(list.find((entry) => entry['symbol'] === 'BTCUSD')).toBeUndefined();
  expect(await get('/v5/market/instruments-info?category=linear')).toMatchObject({ retCode: 10001 });
  expect(await get('/v5/market/instruments-info?category=spot&symbol=NOPE')).toMatchObject({
    retCode: 10001,
  });
  const missing = await fetch(`${base}/v5/market/nothing`);
  expect(missing.status).toBe(404);
  expect(Object.keys((await missing.json()) as object)).toContain('retCode');
});
