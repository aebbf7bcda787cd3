import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from './server/client-json';
import { startVirtualSimulator } from './testing/virtual-simulator';
import type { VirtualSimulator } from './testing/virtual-simulator';
import type { TruthRecord } from './truth-log';

jest.setTimeout(60_000);

let virtual: VirtualSimulator;
let folder: string;
let truthLog: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'history-'));
  truthLog = join(folder, 'truth.ndjson');
  virtual = await startVirtualSimulator({ historyMs: 3_600_000, truthLog });
});
afterEach(async () => {
  await virtual.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function get(venue: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const base = virtual.simulator.endpoints.get(venue)?.restUrl ?? '';
  const response = await fetch(base + path, { headers });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
const rowsOf = async (venue: string, path: string): Promise<JsonObject[]> =>
  (await get(venue, path)).body as JsonObject[];
const krakenPage = async (query: string): Promise<{ rows: unknown[][]; last: string }> => {
  // Further than what a simulator makes up: the requests are spaced, and little is traded meanwhile.
  virtual.jump(6_000);
  const { body } = await get('kraken', `/0/public/Trades?pair=BTC/USD${query}`);
  const result = (body as JsonObject)['result'] as JsonObject;
  return { rows: result['BTC/USD'] as unknown[][], last: result['last'] as string };
};
const idsOf = (rows: readonly JsonObject[], name: string): number[] => rows.map((row) => Number(row[name]));
const countedFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => first + at);

const truth = (): TruthRecord[] =>
  readFileSync(truthLog, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TruthRecord);

interface Told {
  readonly tradeId: string;
  readonly price: number;
  readonly size: number;
  readonly takerSide: string;
  readonly timestamp: number;
}
const told = (id: unknown, price: unknown, size: unknown, takerSide: string, ms: number): Told => ({
  tradeId: String(id),
  price: Number(price),
  size: Number(size),
  takerSide,
  timestamp: ms,
});

/** What each venue's REST rows say of its newest BTC trades, ascending. */
const newestTrades: Readonly<Record<string, () => Promise<Told[]>>> = {
  binance: async () =>
    (await rowsOf('binance', '/api/v3/trades?symbol=BTCUSDT&limit=1000')).map((row) =>
      told(
        row['id'],
        row['price'],
        row['qty'],
        row['isBuyerMaker'] === true ? 'sell' : 'buy',
        Number(row['time']),
      ),
    ),
  coinbase: async () =>
    (await rowsOf('coinbase', '/products/BTC-USD/trades'))
      .reverse()
      .map((row) =>
        told(
          row['trade_id'],
          row['price'],
          row['size'],
          row['side'] === 'sell' ? 'buy' : 'sell',
          Date.parse(row['time'] as string),
        ),
      ),
  kraken: async () =>
    (await krakenPage('')).rows.map((row) =>
      told(row[6], row[0], row[1], row[3] === 'b' ? 'buy' : 'sell', Math.floor(Number(row[2]) * 1000 + 1e-4)),
    ),
  bybit: async () => {
    const { body } = await get('bybit', '/v5/market/recent-trade?category=spot&symbol=BTCUSDT&limit=60');
    const list = ((body as JsonObject)['result'] as JsonObject)['list'] as JsonObject[];
    return list
      .reverse()
      .map((row) =>
        told(
          row['execId'],
          row['price'],
          row['size'],
          row['side'] === 'Buy' ? 'buy' : 'sell',
          Number(row['time']),
        ),
      );
  },
};

const subscriptions: readonly [venue: string, request: object, answered: (frame: JsonObject) => boolean][] = [
  ['binance', { method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 }, (frame) => frame['id'] === 1],
  [
    'coinbase',
    { type: 'subscribe', product_ids: ['BTC-USD'], channels: ['matches'] },
    (frame) => frame['type'] === 'last_match',
  ],
  [
    'kraken',
    { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD'], snapshot: false } },
    (frame) => frame['success'] === true,
  ],
  ['bybit', { op: 'subscribe', args: ['publicTrade.BTCUSDT'] }, (frame) => frame['success'] === true],
];

test.each(subscriptions)(
  '%s: REST tells the trades that the feed has told, and those before',
  async (...row) => {
    const [venue, request, answered] = row;
    const client = await virtual.connect(venue);
    await client.ask(request, answered);
    virtual.advance(1_000);
    const live = truth()
      .filter(({ exchange, via }) => exchange === venue && via === 'feed')
      .map(({ tradeId, price, size, takerSide, timestamp }) =>
        told(tradeId, price, size, takerSide, timestamp),
      );
    const served = await newestTrades[venue]?.();
    const first = served?.findIndex(({ tradeId }) => tradeId === live[0]?.tradeId) ?? 0;
    expect(live.length).toBeGreaterThan(0);
    expect(first).toBeGreaterThan(0);
    expect(served?.slice(first, first + live.length)).toEqual(live);
  },
);

test('a trade that is served by REST enters the truth log once, whoever is told of it again', async () => {
  const rows = await rowsOf('binance', '/api/v3/trades?symbol=BTCUSDT&limit=20');
  await rowsOf('binance', '/api/v3/trades?symbol=BTCUSDT&limit=30');
  virtual.advance(1);
  const records = truth();
  expect(records).toHaveLength(30);
  expect(records.slice(0, 20).map(({ tradeId }) => Number(tradeId))).toEqual(idsOf(rows, 'id'));
  expect(new Set(records.map(({ via }) => via))).toEqual(new Set(['history']));
});

describe('Binance', () => {
  test('historicalTrades pages up by id without a hole, from before the start to now', async () => {
    virtual.advance(20_000);
    let fromId = 0;
    const rows: JsonObject[] = [];
    for (;;) {
      const page = await rowsOf(
        'binance',
        `/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${fromId}&limit=300`,
      );
      rows.push(...page);
      if (page.length < 300) break;
      fromId = Number(page.at(-1)?.['id']) + 1;
    }
    const ids = idsOf(rows, 'id');
    expect(ids.length).toBeGreaterThan(700);
    expect(ids).toEqual(countedFrom(ids[0] ?? 0, ids.length));
    expect(Number(rows[0]?.['time'])).toBeLessThan(virtual.now() - 3_400_000);
    expect(rows.at(-1)).toEqual((await rowsOf('binance', '/api/v3/trades?symbol=BTCUSDT')).at(-1));
    const from = ids[400] ?? 0;
    const part = await rowsOf('binance', `/api/v3/historicalTrades?symbol=BTCUSDT&fromId=${from}&limit=3`);
    expect(idsOf(part, 'id')).toEqual([from, from + 1, from + 2]);
  });

  test('rows carry eight decimals, the amount paid and, when asked for, microseconds', async () => {
    const [row] = await rowsOf('binance', '/api/v3/trades?symbol=BTCUSDT&limit=1');
    expect(Object.keys(row ?? {})).toEqual('id price qty quoteQty time isBuyerMaker isBestMatch'.split(' '));
    expect(row?.['price']).toMatch(/^\d+\.\d{8}$/);
    expect(Number(row?.['quoteQty'])).toBeCloseTo(Number(row?.['price']) * Number(row?.['qty']), 6);
    const precise = await get('binance', '/api/v3/trades?symbol=BTCUSDT&limit=1', {
      'x-mbx-time-unit': 'MICROSECOND',
    });
    const [exact] = precise.body as JsonObject[];
    expect(Math.floor(Number(exact?.['time']) / 1000)).toBe(row?.['time']);
  });

  test.each([
    ['/api/v3/trades', 400, -1102],
    ['/api/v3/trades?symbol=NOPE', 400, -1121],
    ['/api/v3/trades?symbol=BTCUSDT&limit=x', 400, -1100],
    ['/api/v3/historicalTrades?symbol=BTCUSDT&fromId=-1', 400, -1100],
    ['/api/v3/aggTrades?symbol=BTCUSDT', 404, -1020],
  ])('%s is refused with %i and code %i', async (path, status, code) => {
    const answer = await get('binance', path);
    expect([answer.status, (answer.body as JsonObject)['code']]).toEqual([status, code]);
  });

  test('used weight is in the header; beyond 6,000 a minute 429, and 418 for who asks on', async () => {
    const path = '/api/v3/trades?symbol=BTCUSDT&limit=1';
    for (let count = 1; count < 240; count++) await get('binance', path);
    const last = await get('binance', path);
    expect([last.status, last.headers.get('x-mbx-used-weight-1m')]).toEqual([200, '6000']);
    virtual.jump(20_000);
    const over = await get('binance', path);
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '40']);
    for (let count = 0; count < 9; count++) expect((await get('binance', path)).status).toBe(429);
    const banned = await get('binance', path);
    expect([banned.status, banned.headers.get('retry-after')]).toEqual([418, '120']);
    virtual.jump(60_000);
    expect((await get('binance', path)).status).toBe(418);
    virtual.jump(60_000);
    const after = await get('binance', path);
    expect([after.status, after.headers.get('x-mbx-used-weight-1m')]).toEqual([200, '25']);
  });
});

describe('Coinbase', () => {
  test('after pages down by id, newest first, with cursors in the headers', async () => {
    virtual.advance(20_000);
    const newest = await get('coinbase', '/products/BTC-USD/trades?limit=100');
    const first = idsOf(newest.body as JsonObject[], 'trade_id');
    expect(first).toEqual(countedFrom(first.at(-1) ?? 0, 100).reverse());
    expect(newest.headers.get('cb-before')).toBe(String(first[0]));
    expect(newest.headers.get('cb-after')).toBe(String(first[99]));
    const older = await rowsOf(
      'coinbase',
      `/products/BTC-USD/trades?limit=300&after=${newest.headers.get('cb-after') ?? ''}`,
    );
    expect(older).toHaveLength(300);
    expect(older[0]?.['trade_id']).toBe((first[99] ?? 0) - 1);
    expect(older[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('before gives the newest page above an id, not the one next to it', async () => {
    const all = idsOf(await rowsOf('coinbase', '/products/BTC-USD/trades'), 'trade_id');
    const page = `/products/BTC-USD/trades?before=${all[50] ?? 0}&limit=10`;
    expect(idsOf(await rowsOf('coinbase', page), 'trade_id')).toEqual(all.slice(0, 10));
    const rest = `/products/BTC-USD/trades?before=${all[5] ?? 0}&limit=10`;
    expect(idsOf(await rowsOf('coinbase', rest), 'trade_id')).toEqual(all.slice(0, 5));
    const empty = await get('coinbase', '/products/BTC-USD/trades?after=1');
    expect([empty.body, empty.headers.get('cb-after')]).toEqual([[], null]);
  });

  test('bad cursors, unknown products and more than ten requests a second are refused', async () => {
    expect((await get('coinbase', '/products/BTC-USD/trades?after=x')).status).toBe(400);
    expect((await get('coinbase', '/products/NO-PE/trades')).status).toBe(404);
    expect((await get('coinbase', '/products/BTC-USD/trades/1')).status).toBe(404);
    for (let count = 3; count < 15; count++) await get('coinbase', '/products/BTC-USD/trades?limit=1');
    expect((await get('coinbase', '/products/BTC-USD/trades?limit=1')).status).toBe(429);
    virtual.advance(1_000);
    expect((await get('coinbase', '/products/BTC-USD/trades?limit=1')).status).toBe(200);
  });
});

describe('Kraken', () => {
  test('since pages up without a hole, though a page may end within a sweep', async () => {
    virtual.advance(5_000);
    const ids: number[] = [];
    let cut = 0;
    for (let since = '0'; ;) {
      const { rows, last } = await krakenPage(`&since=${since}&count=37`);
      if (rows.length < 37 || ids.length > 600) break;
      ids.push(...rows.map((row) => Number(row[6])));
      if (!last.endsWith('000')) cut++;
      since = last;
    }
    expect(ids.length).toBeGreaterThan(500);
    expect(ids).toEqual(countedFrom(ids[0] ?? 0, ids.length));
    expect(cut).toBeGreaterThan(3);
  });

  test('rows are text, text, seconds, letters and the id; last is the newest trade in ns as text', async () => {
    const { rows, last } = await krakenPage('&count=2');
    const newest = rows.at(-1) ?? [];
    expect(newest.map((part) => typeof part)).toEqual(
      'string string number string string string number'.split(' '),
    );
    expect(['b', 's']).toContain(newest[3]);
    expect(last).toMatch(/^\d{19}$/);
    expect(Math.floor(Number(last) / 1e9)).toBe(Math.floor(Number(newest[2])));
    expect(
      (await krakenPage(`&since=${Math.floor(virtual.now() / 1000) - 60}`)).rows[0]?.[2],
    ).toBeGreaterThan(virtual.now() / 1000 - 67);
  });

  test.each([
    ['', 'EGeneral:Invalid arguments'],
    ['?pair=NOPE', 'EQuery:Unknown asset pair'],
    ['?pair=BTC/USD&since=x', 'EGeneral:Invalid arguments:since'],
    ['?pair=BTC/USD&count=0', 'EGeneral:Invalid arguments:count'],
  ])('Trades%s is refused within a 200', async (query, fault) => {
    const { status, body } = await get('kraken', `/0/public/Trades${query}`);
    expect([status, body]).toEqual([200, { error: [fault] }]);
  });

  test('old names get the list key; more than one request a second is refused', async () => {
    const { body } = await get('kraken', '/0/public/Trades?pair=XBTUSD');
    expect(Object.keys((body as JsonObject)['result'] as object)).toEqual(['XXBTZUSD', 'last']);
    for (let count = 1; count < 3; count++) await get('kraken', '/0/public/Trades?pair=BTC/USD&count=1');
    const refused = await get('kraken', '/0/public/Trades?pair=BTC/USD&count=1');
    expect([refused.status, refused.body]).toEqual([200, { error: ['EAPI:Rate limit exceeded'] }]);
    expect((await krakenPage('&count=1')).rows).toHaveLength(1);
  });
});

describe('Bybit', () => {
  const list = async (query: string): Promise<JsonObject[]> => {
    const { body } = await get('bybit', `/v5/market/recent-trade?${query}`);
    return ((body as JsonObject)['result'] as JsonObject)['list'] as JsonObject[];
  };

  test('at most the newest 60 trades, newest first, with the sequence that the stream printed', async () => {
    const client = await virtual.connect('bybit');
    await client.ask(
      { op: 'subscribe', args: ['publicTrade.BTCUSDT'] },
      (frame) => frame['success'] === true,
    );
    virtual.advance(12_000);
    await client.ask({ op: 'ping' }, (frame) => frame['ret_msg'] === 'pong');
    const streamed = client.frames
      .map((text) => JSON.parse(text) as JsonObject)
      .flatMap((frame) => (frame['topic'] === undefined ? [] : (frame['data'] as JsonObject[])))
      .map((row) => [row['i'], row['T'], row['p'], row['v'], row['S'], String(row['seq'])]);
    const rows = await list('category=spot&symbol=BTCUSDT&limit=1000');
    expect(rows).toHaveLength(60);
    const served = rows
      .reverse()
      .map((row) => [row['execId'], Number(row['time']), row['price'], row['size'], row['side'], row['seq']]);
    expect(served).toEqual(streamed.slice(-60));
  });

  test.each([
    ['category=linear&symbol=BTCUSDT', 'params error: Category is invalid'],
    ['category=spot&symbol=NOPE', 'Not supported symbols'],
    ['category=spot&symbol=BTCUSDT&limit=x', 'params error: limit invalid'],
  ])('%s is refused by retCode', async (query, retMsg) => {
    const { status, body } = await get('bybit', `/v5/market/recent-trade?${query}`);
    expect([status, body]).toMatchObject([200, { retCode: 10001, retMsg, result: {} }]);
  });
});
