import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSavedMarket } from './market/saved-market';
import type { JsonObject } from './server/client-json';
import { startVenueSimulator } from './simulator';
import { FeedClient } from './testing/feed-client';
import { VIRTUAL_START_MS, startVirtualSimulator } from './testing/virtual-simulator';
import type { VirtualSimulator } from './testing/virtual-simulator';
import type { TruthRecord } from './truth-log';

jest.setTimeout(30_000);

const running: VirtualSimulator[] = [];
async function virtualSimulator(
  options: Parameters<typeof startVirtualSimulator>[0] = {},
): Promise<VirtualSimulator> {
  const started = await startVirtualSimulator(options);
  running.push(started);
  return started;
}
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

/** A minute's first seconds on one connection of each venue, acknowledgements aside. */
async function framesOfAllVenues(virtual: VirtualSimulator): Promise<string[]> {
  const requests: [venue: string, request: object, end: string][] = [
    ['binance', { method: 'SUBSCRIBE', params: ['btcusdt@trade', 'btcusdt@bookTicker'], id: 1 }, '{'],
    [
      'coinbase',
      { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches', 'ticker', 'heartbeat'] },
      '{',
    ],
    ['kraken', { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD'] } }, '{'],
    ['bybit', { op: 'subscribe', args: ['publicTrade.BTCUSDT', 'orderbook.1.BTCUSDT'] }, '{'],
  ];
  const frames: string[] = [];
  const clients: FeedClient[] = [];
  for (const [venue, request] of requests) {
    const client = await virtual.connect(venue);
    const isAnswer = (frame: JsonObject): boolean =>
      'result' in frame || 'success' in frame || frame['type'] === 'subscriptions';
    await client.ask(request, isAnswer);
    clients.push(client);
  }
  virtual.advance(4_000);
  for (const [at, client] of clients.entries()) {
    const isError = (frame: JsonObject): boolean =>
      'error' in frame || frame['type'] === 'error' || frame['success'] === false;
    await client.ask(requests[at]?.[2], isError);
    frames.push(...client.frames);
  }
  return frames;
}

test('one seed at one virtual time sends the same frames, byte for byte', async () => {
  const first = await framesOfAllVenues(await virtualSimulator());
  const second = await framesOfAllVenues(await virtualSimulator());
  const other = await framesOfAllVenues(await virtualSimulator({ seed: 8 }));
  expect(first.length).toBeGreaterThan(200);
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
});

test('every venue has an address for sockets and one for requests, on ports of its own', async () => {
  const { simulator } = await virtualSimulator();
  expect([...simulator.endpoints.keys()]).toEqual(['binance', 'coinbase', 'kraken', 'bybit']);
  for (const { webSocketUrl, restUrl } of simulator.endpoints.values()) {
    expect(webSocketUrl).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\//);
    expect(restUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  }
  expect(new Set([...simulator.endpoints.values()].map(({ restUrl }) => restUrl)).size).toBe(4);
});

test('a later start goes on with the saved ids, prices and time', async () => {
  const before = await virtualSimulator();
  before.advance(5_000);
  const saved = parseSavedMarket(JSON.stringify(before.simulator.save({ clean: true })));
  const lastMatch = async (virtual: VirtualSimulator): Promise<JsonObject> => {
    const client = await virtual.connect('coinbase');
    const request = { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] };
    return client.ask(request, (frame) => frame['type'] === 'last_match');
  };
  const last = await lastMatch(before);
  const later = await virtualSimulator({ savedMarket: saved, now: () => VIRTUAL_START_MS + 3_600_000 });
  const client = await later.connect('coinbase');
  client.send({ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] });
  expect(await client.frame((frame) => frame['type'] === 'last_match')).toEqual(last);
  later.advance(5_000);
  const next = await client.frame((frame) => frame['type'] === 'match');
  expect(next['trade_id']).toBe(Number(last['trade_id']) + 1);
  expect(Math.abs(Number(next['price']) / Number(last['price']) - 1)).toBeLessThan(0.005);
  expect(Date.parse(next['time'] as string)).toBeGreaterThan(VIRTUAL_START_MS + 3_600_000);
  expect(later.simulator.statistics().skippedMs).toBe(0);
});

test('after a kill no id is used again, and REST still serves what had happened before the last save', async () => {
  const idsOf = async (virtual: VirtualSimulator): Promise<number[]> => {
    const url = `${virtual.simulator.endpoints.get('binance')?.restUrl ?? ''}/api/v3/trades?symbol=BTCUSDT&limit=1000`;
    return ((await (await fetch(url)).json()) as JsonObject[]).map((row) => Number(row['id']));
  };
  const killed = await virtualSimulator();
  killed.advance(10_000);
  const text = JSON.stringify(killed.simulator.save());
  const saved = await idsOf(killed);
  killed.advance(1_000);
  const used = await idsOf(killed);
  const later = await virtualSimulator({
    savedMarket: parseSavedMarket(text),
    now: () => VIRTUAL_START_MS + 20_000,
  });
  later.advance(3_000);
  const ids = await idsOf(later);
  expect(used.length).toBeGreaterThan(saved.length);
  expect(ids.slice(0, saved.length)).toEqual(saved);
  expect(ids[saved.length]).toBeGreaterThan(used.at(-1) ?? Infinity);
  expect(later.simulator.statistics().skippedIds).toBe(1_000 + 4 * 100 * 10);
});

test('a clock that jumps far ahead leaves market time out instead of bursting, and says how much', async () => {
  const virtual = await virtualSimulator();
  virtual.jump(3_600_000);
  const { trades, skippedMs } = virtual.simulator.statistics();
  expect(trades).toBeLessThan(200);
  expect(skippedMs).toBe(3_600_000 - 250);
});

test('a pause shorter than five seconds is made up', async () => {
  const virtual = await virtualSimulator();
  virtual.jump(4_000);
  expect(virtual.simulator.statistics().skippedMs).toBe(0);
  expect(virtual.simulator.statistics().trades).toBeGreaterThan(250);
});

test('the truth log holds exactly the trades that some client was sent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'truth-'));
  try {
    const truthLog = join(folder, 'truth.ndjson');
    const virtual = await virtualSimulator({ truthLog });
    virtual.advance(2_000);
    const client = await virtual.connect('binance');
    const answers = (id: number) => (frame: JsonObject) => frame['id'] === id;
    await client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 }, answers(1));
    virtual.advance(3_000);
    await client.ask({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 2 }, answers(2));
    virtual.advance(2_000);
    await virtual.simulator.stop();
    const lines = readFileSync(truthLog, 'utf8').trim().split('\n');
    const truth = lines.map((line) => JSON.parse(line) as TruthRecord);
    const sent = client.frames
      .map((text) => (JSON.parse(text) as JsonObject)['data'] as JsonObject | undefined)
      .filter((data) => data !== undefined);
    expect(sent.length).toBeGreaterThan(10);
    expect(truth.map(({ tradeId }) => tradeId)).toEqual(sent.map((data) => String(data['t'])));
    expect(truth.map(({ takerSide }) => takerSide)).toEqual(
      sent.map((data) => (data['m'] === true ? 'sell' : 'buy')),
    );
    expect(truth.map(({ price }) => Number(price))).toEqual(sent.map((data) => Number(data['p'])));
    expect(truth.map(({ size }) => Number(size))).toEqual(sent.map((data) => Number(data['q'])));
    expect(truth.map(({ timestamp }) => timestamp)).toEqual(sent.map((data) => data['T']));
    expect(truth[0]).toMatchObject({ exchange: 'binance', symbol: 'BTC/USDT' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('clients of one venue can be cut, the others stay', async () => {
  const virtual = await virtualSimulator();
  const kraken = await virtual.connect('kraken');
  const bybit = await virtual.connect('bybit');
  virtual.simulator.cutClients('kraken');
  await kraken.closed;
  await bybit.ask({ op: 'ping' }, (frame) => frame['ret_msg'] === 'pong');
});

test('on the real clock trades flow by themselves and are never of the future', async () => {
  const simulator = await startVenueSimulator({ seed: 1, tradesPerSecond: 400, symbols: ['BTC/USDT'] });
  try {
    const url = simulator.endpoints.get('binance')?.webSocketUrl ?? '';
    const client = await FeedClient.connect(`${url}?streams=btcusdt@trade`);
    const frame = await client.frame((candidate) => candidate['stream'] === 'btcusdt@trade');
    expect(Number((frame['data'] as JsonObject)['T'])).toBeLessThanOrEqual(Date.now());
    client.close();
  } finally {
    await simulator.stop();
  }
});

test.each([
  [{ tradesPerSecond: 0 }, 'The rate must be above 0'],
  [{ tradesPerSecond: Infinity }, 'The rate must be above 0'],
  [{ seed: 1.5 }, 'The seed must be an integer'],
  [{ historyMs: -1 }, 'The history must be 0 to'],
  [{ symbols: ['NO/SUCH'] }, 'No simulated venue lists any of the symbols NO/SUCH'],
  [{ symbols: [] }, '(none given)'],
  [{ truthLog: '/nonexistent/folder/truth.ndjson' }, 'ENOENT'],
  [{ host: '256.0.0.1' }, /ENOTFOUND|EAI_AGAIN|EADDRNOTAVAIL/],
])('the option %j is refused with a sentence', async (options, message) => {
  const base = { seed: 1, tradesPerSecond: 10, symbols: ['BTC/USDT'] };
  await expect(startVenueSimulator({ ...base, ...options })).rejects.toThrow(message);
});

test('a saved market that lies in the future is refused', async () => {
  const virtual = await virtualSimulator();
  const savedMarket = virtual.simulator.save();
  await expect(virtualSimulator({ savedMarket, now: () => VIRTUAL_START_MS - 120_000 })).rejects.toThrow(
    'The saved market is 120 s ahead of the clock',
  );
});
