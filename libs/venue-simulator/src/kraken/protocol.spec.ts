import type { JsonObject } from '../server/client-json';
import type { FeedClient } from '../testing/feed-client';
import { startVirtualSimulator } from '../testing/virtual-simulator';
import type { VirtualSimulator } from '../testing/virtual-simulator';

// Not a time limit: a busy machine may be slow, and every wait has a deadline of its own.
jest.setTimeout(30_000);

let virtual: VirtualSimulator;
beforeEach(async () => {
  virtual = await startVirtualSimulator();
});
afterEach(() => virtual.stop());

const onChannel = (channel: string) => (frame: JsonObject) => frame['channel'] === channel;
const answers = (id: number) => (frame: JsonObject) => frame['req_id'] === id;
const rowsOf = (frame: JsonObject): JsonObject[] => frame['data'] as JsonObject[];
const subscribe = (params: object, req_id?: number): object => ({ method: 'subscribe', params, req_id });

async function settled(client: FeedClient): Promise<JsonObject[]> {
  await client.ask({ method: 'ping', req_id: 999 }, answers(999));
  return client.frames.map((text) => JSON.parse(text) as JsonObject);
}

test('the first frame of a connection is its status, with an id above 2^53', async () => {
  const client = await virtual.connect('kraken');
  const status = await client.frame(onChannel('status'));
  expect(rowsOf(status)).toMatchObject([{ system: 'online', api_version: 'v2' }]);
  expect(client.frames[0]).toMatch(/"connection_id":1\d{18},/);
});

test('every symbol of a request is answered by itself, v1 names with a refusal', async () => {
  const client = await virtual.connect('kraken');
  const symbol = ['BTC/USD', 'XBT/USD', 'ETH/USD'];
  client.send(subscribe({ channel: 'trade', symbol, snapshot: false }, 5));
  const frames = (await settled(client)).filter(answers(5));
  expect(frames).toMatchObject([
    { result: { channel: 'trade', snapshot: false, symbol: 'BTC/USD' }, success: true, method: 'subscribe' },
    { error: 'Currency pair not supported XBT/USD', symbol: 'XBT/USD', success: false, method: 'subscribe' },
    { result: { channel: 'trade', snapshot: false, symbol: 'ETH/USD' }, success: true },
  ]);
  expect(frames[1]).not.toHaveProperty('result');
});

test('trades of a sweep share a frame with ascending, consecutive ids and padded numbers', async () => {
  const client = await virtual.connect('kraken');
  client.send(subscribe({ channel: 'trade', symbol: ['BTC/USD'], snapshot: false }));
  await client.frame((frame) => frame['success'] === true);
  virtual.advance(30_000);
  const frames = (await settled(client)).filter(onChannel('trade'));
  expect(frames.some((frame) => rowsOf(frame).length > 1)).toBe(true);
  const rows = frames.flatMap(rowsOf);
  const ids = rows.map((row) => Number(row['trade_id']));
  expect(ids).toEqual(ids.map((_, at) => (ids[0] ?? 0) + at));
  expect(Object.keys(rows[0] ?? {})).toEqual('symbol side price qty ord_type trade_id timestamp'.split(' '));
  const text = client.frames.find((frame) => frame.includes('"trade_id"'));
  expect(text).toMatch(/"price":\d+\.\d,"qty":\d+\.\d{8},/);
  expect(text).toMatch(/"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"/);
});

test('a snapshot is the last fifty trades, and live trades go on from it', async () => {
  const client = await virtual.connect('kraken');
  virtual.advance(40_000);
  client.send(subscribe({ channel: 'trade', symbol: ['BTC/USD'], snapshot: true }));
  const snapshot = await client.frame((frame) => frame['type'] === 'snapshot');
  virtual.advance(10_000);
  const live = (await settled(client)).filter(
    (frame) => frame['channel'] === 'trade' && frame['type'] === 'update',
  );
  expect(rowsOf(snapshot)).toHaveLength(50);
  const ids = [...rowsOf(snapshot), ...live.flatMap(rowsOf)].map((row) => Number(row['trade_id']));
  expect(ids.length).toBeGreaterThan(50);
  expect(ids).toEqual(ids.map((_, at) => (ids[0] ?? 0) + at));
});

test('the ticker starts with a snapshot and fires on every quote with bbo, on trades without', async () => {
  const client = await virtual.connect('kraken');
  client.send(subscribe({ channel: 'ticker', symbol: ['BTC/USD'], event_trigger: 'bbo' }, 1));
  client.send(subscribe({ channel: 'ticker', symbol: ['ETH/USD'] }, 2));
  client.send(subscribe({ channel: 'trade', symbol: ['ETH/USD', 'BTC/USD'] }, 3));
  const acks = (await settled(client)).filter((frame) => frame['success'] === true);
  expect(acks.map((ack) => ack['result'])).toMatchObject([
    { channel: 'ticker', event_trigger: 'bbo', snapshot: true },
    { channel: 'ticker', event_trigger: 'trades', snapshot: true },
    { channel: 'trade', snapshot: false },
    { channel: 'trade', snapshot: false },
  ]);
  virtual.advance(10_000);
  const frames = await settled(client);
  const count = (channel: string, symbol: string): number =>
    frames.filter((frame) => frame['channel'] === channel && rowsOf(frame)[0]?.['symbol'] === symbol).length;
  expect(count('ticker', 'BTC/USD')).toBeGreaterThan(5 * count('trade', 'BTC/USD'));
  expect(count('ticker', 'ETH/USD')).toBe(1 + count('trade', 'ETH/USD'));
  const [row = {}] = rowsOf(frames.find(onChannel('ticker')) ?? {});
  expect(Object.keys(row)).toEqual(
    'symbol bid bid_qty ask ask_qty last volume vwap low high change change_pct trades timestamp'.split(' '),
  );
  expect(Number(row['bid'])).toBeLessThan(Number(row['ask']));
});

test('unsubscribing ends the stream and is acknowledged', async () => {
  const client = await virtual.connect('kraken');
  const params = { channel: 'ticker', symbol: ['BTC/USD'], event_trigger: 'bbo', snapshot: false };
  await client.ask(subscribe(params, 1), answers(1));
  const ended = await client.ask({ method: 'unsubscribe', params, req_id: 2 }, answers(2));
  expect(ended).toMatchObject({ method: 'unsubscribe', success: true, result: { symbol: 'BTC/USD' } });
  virtual.advance(5_000);
  expect((await settled(client)).filter(onChannel('ticker'))).toEqual([]);
  const again = await client.ask({ method: 'unsubscribe', params, req_id: 3 }, answers(3));
  expect(again).toMatchObject({ success: false, error: 'Subscription Not Found' });
});

test('heartbeats come each second of silence, once something is subscribed', async () => {
  const idle = await virtual.connect('kraken');
  const client = await virtual.connect('kraken');
  // A listed pair that nobody asked the simulator to trade is silent.
  await client.ask(subscribe({ channel: 'trade', symbol: ['LTC/USD'] }, 1), answers(1));
  virtual.advance(3_000);
  expect((await settled(client)).filter(onChannel('heartbeat'))).toHaveLength(3);
  expect((await settled(idle)).filter(onChannel('heartbeat'))).toHaveLength(0);
});

test('a connection without subscription and traffic is closed after a minute', async () => {
  const client = await virtual.connect('kraken');
  await client.frame(onChannel('status'));
  virtual.jump(59_000);
  await client.ask({ method: 'ping', req_id: 1 }, answers(1));
  virtual.jump(60_000);
  expect(await client.closed).toBe(1000);
});

test('a ping is answered by a pong with times', async () => {
  const client = await virtual.connect('kraken');
  const pong = await client.ask({ method: 'ping', req_id: 42 }, answers(42));
  expect(Object.keys(pong)).toEqual(['method', 'req_id', 'time_in', 'time_out']);
  expect(pong['method']).toBe('pong');
});

test.each([
  ['{', 'Malformed request'],
  [{ event: 'subscribe' }, 'Malformed request'],
  [{ method: 'dance' }, 'Method not found'],
  [subscribe({ channel: 'trade' }), 'Symbol(s) missing'],
  [subscribe({ channel: 'weather', symbol: ['BTC/USD'] }), 'Channel not offered by this simulator weather'],
  [subscribe({ channel: 'ticker', symbol: ['BTC/USD'], event_trigger: 'x' }), 'Event trigger not supported'],
])('the faulty message %j is refused', async (message, error) => {
  const client = await virtual.connect('kraken');
  expect(await client.ask(message, (frame) => frame['success'] === false)).toMatchObject({ error });
});

test('a second subscription to the same stream is refused', async () => {
  const client = await virtual.connect('kraken');
  const params = { channel: 'trade', symbol: ['BTC/USD'] };
  await client.ask(subscribe(params, 1), answers(1));
  expect(await client.ask(subscribe(params, 2), answers(2))).toMatchObject({
    success: false,
    error: 'Already subscribed',
    symbol: 'BTC/USD',
  });
});

test('asset pairs are listed under the names of the first API', async () => {
  const base = virtual.simulator.endpoints.get('kraken')?.restUrl ?? '';
  const get = async (path: string): Promise<JsonObject> =>
    (await (await fetch(base + path)).json()) as JsonObject;
  const { error, result } = await get('/0/public/AssetPairs');
  expect(error).toEqual([]);
  expect(result).toMatchObject({
    XXBTZUSD: {
      altname: 'XBTUSD',
      wsname: 'XBT/USD',
      base: 'XXBT',
      quote: 'ZUSD',
      status: 'online',
      tick_size: '0.1',
    },
    XETHZUSD: { wsname: 'ETH/USD' },
    XBTUSDT: { altname: 'XBTUSDT', wsname: 'XBT/USDT', base: 'XXBT', quote: 'USDT' },
    SOLUSD: { wsname: 'SOL/USD', base: 'SOL', quote: 'ZUSD' },
    XDGUSD: { wsname: 'XDG/USD', base: 'XXDG' },
    XETHXXBT: { wsname: 'ETH/XBT' },
  });
  expect(Object.keys((await get('/0/public/AssetPairs?pair=XBTUSD'))['result'] as object)).toEqual([
    'XXBTZUSD',
  ]);
  expect(await get('/0/public/AssetPairs?pair=NOPE')).toEqual({ error: ['EQuery:Unknown asset pair'] });
  virtual.advance(1_000);
  const missing = await fetch(`${base}/0/public/Nothing`);
  expect([missing.status, await missing.json()]).toEqual([404, { error: ['EGeneral:Unknown method'] }]);
});
