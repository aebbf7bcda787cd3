import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../server/client-json';
import type { FeedClient } from '../testing/feed-client';
import { VIRTUAL_START_MS, startVirtualSimulator } from '../testing/virtual-simulator';
import type { VirtualSimulator } from '../testing/virtual-simulator';
import type { VenueFaults } from './venue-faults';

jest.setTimeout(60_000);

let virtual: VirtualSimulator;
let faults: VenueFaults;
let folder: string;
let truthLog: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faults-'));
  truthLog = join(folder, 'truth.ndjson');
  virtual = await startVirtualSimulator({ truthLog });
  faults = virtual.simulator.faults;
});
afterEach(async () => {
  await virtual.stop();
  rmSync(folder, { recursive: true });
});

const answers = (id: number) => (frame: JsonObject) => frame['id'] === id;
const subscribe = { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 };

async function binanceTrades(): Promise<FeedClient> {
  const client = await virtual.connect('binance');
  await client.ask(subscribe, answers(1));
  return client;
}
/** Ids in the order of arrival, once everything sent so far has come. */
async function idsAt(client: FeedClient): Promise<number[]> {
  await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 99 }, answers(99));
  return client.frames.flatMap((text) => {
    const data = (JSON.parse(text) as JsonObject)['data'] as JsonObject | undefined;
    return data === undefined ? [] : [Number(data['t'])];
  });
}
const logged = (fault: string): JsonObject[] => {
  virtual.advance(1);
  return readFileSync(truthLog, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonObject)
    .filter((record) => record['fault'] === fault);
};
const rest = (venue: string, path: string): Promise<Response> =>
  fetch((virtual.simulator.endpoints.get(venue)?.restUrl ?? '') + path);

test('dropped trades are missing from the feed, served by REST and named in the log', async () => {
  const client = await binanceTrades();
  virtual.advance(1_000);
  faults.dropTrades('binance', 'BTC/USDT', 7);
  virtual.advance(3_000);
  const ids = await idsAt(client);
  const response = await rest('binance', '/api/v3/trades?symbol=BTCUSDT&limit=1000');
  const served = ((await response.json()) as JsonObject[]).map((row) => Number(row['id']));
  const missing = served.filter((id) => id >= (ids[0] ?? 0) && !ids.includes(id));
  expect(missing).toHaveLength(7);
  expect(missing.at(-1)).toBe((missing[0] ?? 0) + 6);
  expect(logged('drop-trades').flatMap((record) => record['tradeIds'])).toEqual(missing.map(String));
});

test('duplicated frames come twice, and the log holds the trades once', async () => {
  const client = await binanceTrades();
  faults.duplicateFrames('binance', 'BTC/USDT', 2);
  virtual.advance(3_000);
  const ids = await idsAt(client);
  const twice = logged('duplicate-frames').flatMap((record) => record['tradeIds'] as string[]);
  expect(twice.length).toBeGreaterThanOrEqual(2);
  expect(ids.length - new Set(ids).size).toBe(twice.length);
  const truth = readFileSync(truthLog, 'utf8').match(/"tradeId":"\d+"/g) ?? [];
  expect([truth.length, new Set(truth).size]).toEqual([new Set(ids).size, new Set(ids).size]);
});

test('swapped frames come one order late, and none is lost', async () => {
  const client = await binanceTrades();
  faults.swapFrames('binance', 'BTC/USDT');
  virtual.advance(3_000);
  const ids = await idsAt(client);
  const sorted = [...ids].sort((a, b) => a - b);
  expect(ids).not.toEqual(sorted);
  expect(sorted).toEqual(sorted.map((_, at) => (sorted[0] ?? 0) + at));
  const late = logged('swap-frames').flatMap((record) => record['tradeIds'] as string[]);
  expect(late.map(Number)).toEqual(sorted.slice(0, late.length));
});

test('garbage reaches every client of the venue', async () => {
  const client = await binanceTrades();
  faults.sendGarbage('binance');
  await idsAt(client).catch(() => undefined);
  expect(client.frames.filter((frame) => frame.startsWith('{"data":[{'))).toHaveLength(1);
  expect(logged('garbage')).toMatchObject([{ exchange: 'binance', clients: 1 }]);
});

const requests: readonly [venue: string, request: object, refused: RegExp, accepted: RegExp][] = [
  ['binance', subscribe, /^\{"error":\{"code":2/, /^\{"result":null,"id":1\}/],
  [
    'coinbase',
    { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] },
    /BTC-USD is not a valid product/,
    /^\{"type":"subscriptions".*BTC-USD/,
  ],
  [
    'kraken',
    { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD'] }, req_id: 4 },
    /"Exceeded msg rate".*"req_id":4.*"success":false,"symbol":"BTC\/USD"/,
    /"success":true/,
  ],
  [
    'bybit',
    { op: 'subscribe', args: ['publicTrade.BTCUSDT'] },
    /Invalid symbol :\[publicTrade/,
    /"success":true/,
  ],
];

test.each(requests)('%s: a refused subscription sends no trades, the next request works', async (...row) => {
  const [venue, request, refused, accepted] = row;
  const client = await virtual.connect(venue);
  const matching = (pattern: RegExp) => (frame: JsonObject) => pattern.test(JSON.stringify(frame));
  faults.refuseSubscriptions(venue, 1);
  await client.ask(request, matching(refused));
  expect(client.frames.filter((frame) => accepted.test(frame))).toEqual([]);
  await client.ask(request, matching(accepted));
  expect(logged('refuse-subscription')).toHaveLength(1);
});

test.each(requests)('%s: a lost acknowledgement leaves the subscription working', async (...row) => {
  const [venue, request, , accepted] = row;
  const client = await virtual.connect(venue);
  faults.loseAcks(venue, 1);
  client.send(request);
  const until = Date.now() + 10_000;
  while (logged('lose-ack').length === 0 && Date.now() < until)
    await new Promise((done) => setTimeout(done, 5));
  virtual.advance(2_000);
  await client.frame((frame) => /"(t|trade_id|i)":/.test(JSON.stringify(frame)));
  expect(client.frames.filter((frame) => accepted.test(frame))).toEqual([]);
});

test('a stalled client gets nothing but pongs until the stall is over', async () => {
  const client = await binanceTrades();
  faults.stall('binance', 5_000);
  virtual.advance(4_900);
  const pong = new Promise((resolve) => client.socket.once('pong', resolve));
  client.socket.ping('alive');
  await pong;
  expect(client.frames).toHaveLength(1);
  virtual.advance(2_000);
  expect((await idsAt(client)).length).toBeGreaterThan(0);
  expect(logged('stall')).toMatchObject([
    { exchange: 'binance', clients: 1, until: VIRTUAL_START_MS + 5_000 },
  ]);
});

test('a half-open client gets no pong either until it is over', async () => {
  const client = await binanceTrades();
  faults.halfOpen('binance', 5_000);
  let pongs = 0;
  const pong = new Promise((resolve) => client.socket.once('pong', resolve));
  client.socket.on('pong', () => pongs++);
  client.socket.ping('alive');
  virtual.advance(4_900);
  // Another connection's whole round trip: time enough for a pong, if there were one.
  await idsAt(await binanceTrades());
  expect([pongs, client.frames.length]).toEqual([0, 1]);
  virtual.advance(2_000);
  await pong;
  expect((await idsAt(client)).length).toBeGreaterThan(0);
});

test('REST answers with the fault while it lasts, and with the truth afterwards', async () => {
  faults.rest('coinbase', { status: 429, retryAfter: '2', forMs: 3_000 });
  const faulty = await rest('coinbase', '/products');
  expect([faulty.status, faulty.headers.get('retry-after')]).toEqual([429, '2']);
  virtual.advance(3_000);
  expect((await rest('coinbase', '/products')).status).toBe(200);
  expect(logged('rest-429')).toMatchObject([{ exchange: 'coinbase', path: '/products' }]);
});

test('a slow REST answer is right, but late', async () => {
  faults.rest('kraken', { delayMs: 150, forMs: 60_000 });
  const started = performance.now();
  expect((await rest('kraken', '/0/public/AssetPairs')).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(140);
});

test('a fault for an unknown venue or a symbol that does not trade is refused with a sentence', () => {
  expect(() => faults.sendGarbage('nowhere')).toThrow("No venue 'nowhere' is simulated.");
  expect(() => faults.dropTrades('kraken', 'PEPE/USD', 1)).toThrow(
    'The simulated kraken does not trade PEPE/USD.',
  );
});
