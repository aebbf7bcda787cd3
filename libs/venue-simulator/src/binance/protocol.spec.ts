import type { JsonObject } from '../server/client-json';
import { startVirtualSimulator } from '../testing/virtual-simulator';
import type { VirtualSimulator } from '../testing/virtual-simulator';

// Not a time limit: a busy machine may be slow, and every wait has a deadline of its own.
jest.setTimeout(30_000);

let virtual: VirtualSimulator;
beforeEach(async () => {
  virtual = await startVirtualSimulator();
});
afterEach(() => virtual.stop());

const answers = (id: unknown) => (frame: JsonObject) => 'id' in frame && frame['id'] === id;
const dataOf = (frame: JsonObject): JsonObject => frame['data'] as JsonObject;

async function received(advanceMs: number, path?: string, params?: string[]): Promise<JsonObject[]> {
  const client = await virtual.connect('binance', path);
  if (params) await client.ask({ method: 'SUBSCRIBE', params, id: 1 }, answers(1));
  virtual.advance(advanceMs);
  await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 'end' }, answers('end'));
  return client.frames.map((text) => JSON.parse(text) as JsonObject).filter((frame) => !('id' in frame));
}

test('a subscription is acknowledged with null and listed', async () => {
  const client = await virtual.connect('binance');
  const params = ['btcusdt@trade', 'ethusdt@bookTicker'];
  expect(await client.ask({ method: 'SUBSCRIBE', params, id: 7 }, answers(7))).toEqual({
    result: null,
    id: 7,
  });
  const list = await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 'list' }, answers('list'));
  expect(list).toEqual({ result: params, id: 'list' });
  await client.ask({ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: null }, answers(null));
  const after = await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 9 }, answers(9));
  expect(after['result']).toEqual(['ethusdt@bookTicker']);
});

test('trades come in the combined envelope with every field of the venue, in its order', async () => {
  const frames = await received(3_000, '/stream', ['btcusdt@trade']);
  expect(frames.length).toBeGreaterThan(10);
  for (const frame of frames) {
    expect(Object.keys(frame)).toEqual(['stream', 'data']);
    expect(Object.keys(dataOf(frame))).toEqual(['e', 'E', 's', 't', 'p', 'q', 'T', 'm', 'M']);
  }
  const [first = {}] = frames.map(dataOf);
  expect(first).toMatchObject({ e: 'trade', s: 'BTCUSDT', M: true });
  expect(first['p']).toMatch(/^\d+\.\d{8}$/);
  expect(first['q']).toMatch(/^\d+\.\d{8}$/);
  expect(String(first['T'])).toHaveLength(13);
});

test('trade ids are consecutive and several trades share a millisecond', async () => {
  const trades = (await received(5_000, '/stream?streams=btcusdt@trade')).map(dataOf);
  const ids = trades.map((trade) => Number(trade['t']));
  expect(ids).toEqual(ids.map((_, at) => (ids[0] ?? 0) + at));
  expect(new Set(trades.map((trade) => trade['T'])).size).toBeLessThan(trades.length);
});

test('takers that buy trade at the ask of the quote before, others at the bid', async () => {
  const frames = await received(5_000, '/stream?streams=btcusdt@bookTicker/btcusdt@trade');
  let quote: JsonObject | null = null;
  let atTouch = 0;
  for (const frame of frames) {
    const data = dataOf(frame);
    if (data['e'] !== 'trade') quote = data;
    else if (quote !== null) {
      const side = data['m'] === true ? quote['b'] : quote['a'];
      if (data['p'] === side) atTouch++;
      else if (data['m'] === true) expect(Number(data['p'])).toBeLessThan(Number(quote['b']));
      else expect(Number(data['p'])).toBeGreaterThan(Number(quote['a']));
    }
  }
  expect(atTouch).toBeGreaterThan(20);
});

test('quotes carry no time, and their update ids only rise', async () => {
  const quotes = await received(2_000, '/ws/btcusdt@bookTicker');
  expect(Object.keys(quotes[0] ?? {})).toEqual(['u', 's', 'b', 'B', 'a', 'A']);
  const ids = quotes.map((quote) => Number(quote['u']));
  expect(ids.every((id, at) => at === 0 || id > (ids[at - 1] ?? 0))).toBe(true);
});

test('a raw address sends bare frames, and the time unit of the address counts', async () => {
  const [trade = {}] = await received(3_000, '/ws/btcusdt@trade?timeUnit=MICROSECOND');
  expect(trade['e']).toBe('trade');
  expect(String(trade['T'])).toHaveLength(16);
  const [other = {}] = await received(3_000, '/ws/btcusdt@trade&timeUnit=microsecond');
  expect(String(other['T'])).toHaveLength(16);
});

test('an encoded address works', async () => {
  const frames = await received(3_000, '/stream?streams=btcusdt%40trade%2Fethusdt%40trade');
  expect(new Set(frames.map((frame) => frame['stream']))).toEqual(
    new Set(['btcusdt@trade', 'ethusdt@trade']),
  );
});

test('a stream of a symbol that is not listed is acknowledged and stays silent', async () => {
  const frames = await received(3_000, '/stream', ['btcusd@trade', 'BTCUSDT@trade']);
  expect(frames).toEqual([]);
});

test('the envelope can be switched on a raw address', async () => {
  const client = await virtual.connect('binance', '/ws/btcusdt@trade');
  const set = { method: 'SET_PROPERTY', params: ['combined', true], id: 1 };
  expect(await client.ask(set, answers(1))).toEqual({ result: null, id: 1 });
  const get = await client.ask({ method: 'GET_PROPERTY', params: ['combined'], id: 2 }, answers(2));
  expect(get['result']).toBe(true);
  virtual.advance(3_000);
  expect(await client.frame((frame) => frame['stream'] === 'btcusdt@trade')).toBeDefined();
});

test.each([
  ['{"method":', 3],
  ['[]', 3],
  [{ method: 'NOT_A_METHOD', id: 1 }, 2],
  [{ method: 'SUBSCRIBE', params: 'btcusdt@trade', id: 1 }, 2],
  [{ method: 'SUBSCRIBE', params: [], id: 1.5 }, 2],
  [{ method: 'SUBSCRIBE', params: [], id: 'x'.repeat(37) }, 2],
  [{ method: 'SET_PROPERTY', params: ['colour', true], id: 1 }, 0],
  [{ method: 'SET_PROPERTY', params: ['combined', 1], id: 1 }, 1],
  [{ method: 'GET_PROPERTY', params: [], id: 1 }, 2],
])('the faulty message %j is answered with error code %d', async (message, code) => {
  const client = await virtual.connect('binance');
  const answer = await client.ask(message, (frame) => 'error' in frame);
  expect(answer['error']).toMatchObject({ code });
});

test('the 1025th stream is refused with code 4 and changes nothing', async () => {
  const client = await virtual.connect('binance');
  const params = Array.from({ length: 1_024 }, (_, index) => `coin${index}usdt@trade`);
  expect(await client.ask({ method: 'SUBSCRIBE', params, id: 1 }, answers(1))).toEqual({
    result: null,
    id: 1,
  });
  const refusal = await client.ask({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 2 }, answers(2));
  expect(refusal['error']).toEqual({ code: 4, msg: 'Too many subscriptions' });
  virtual.advance(2_000);
  const list = await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: 3 }, answers(3));
  expect(list['result']).toEqual(params);
});

test('the sixth message within a second cuts the connection; one second later it would not have', async () => {
  const patient = await virtual.connect('binance');
  const hasty = await virtual.connect('binance');
  for (let id = 1; id <= 5; id++) {
    await patient.ask({ method: 'LIST_SUBSCRIPTIONS', id }, answers(id));
    await hasty.ask({ method: 'LIST_SUBSCRIPTIONS', id }, answers(id));
  }
  hasty.send({ method: 'LIST_SUBSCRIPTIONS', id: 6 });
  expect(await hasty.closed).toBe(1008);
  virtual.advance(1_000);
  await patient.ask({ method: 'LIST_SUBSCRIPTIONS', id: 6 }, answers(6));
});

test('pings count as messages', async () => {
  const client = await virtual.connect('binance');
  for (let count = 0; count < 6; count++) client.socket.ping();
  expect(await client.closed).toBe(1008);
});

test('a client that answers pings lives on, one that does not is cut a minute after the first ping', async () => {
  const silent = await virtual.connect('binance', undefined, { autoPong: false });
  const alive = await virtual.connect('binance');
  for (let round = 1; round <= 5; round++) {
    const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
    virtual.jump(20_000);
    if (round <= 4) await pinged;
    // The answer of this request shows that the pong before it has arrived.
    await alive.ask({ method: 'LIST_SUBSCRIPTIONS', id: round }, answers(round));
  }
  expect(await silent.closed).toBe(1008);
  await alive.ask({ method: 'LIST_SUBSCRIPTIONS', id: 'alive' }, answers('alive'));
});

test('a pong that was not asked for does not count as an answer', async () => {
  const client = await virtual.connect('binance', undefined, { autoPong: false });
  for (let round = 1; round <= 4; round++) {
    virtual.jump(20_000);
    client.socket.pong('nonsense');
    await client.ask({ method: 'LIST_SUBSCRIPTIONS', id: round }, answers(round));
  }
  virtual.jump(1);
  expect(await client.closed).toBe(1008);
});

test('a connection ends after 24 hours', async () => {
  const client = await virtual.connect('binance');
  virtual.jump(24 * 3_600_000);
  expect(await client.closed).toBe(1001);
});

test('exchangeInfo lists pairs with their steps; BTCUSD is not among them', async () => {
  const base = virtual.simulator.endpoints.get('binance')?.restUrl ?? '';
  const get = async (path: string): Promise<[number, JsonObject]> => {
    const response = await fetch(base + path);
    return [response.status, (await response.json()) as JsonObject];
  };
  const [status, info] = await get('/api/v3/exchangeInfo');
  const symbols = info['symbols'] as JsonObject[];
  expect(status).toBe(200);
  expect(symbols.length).toBeGreaterThan(20);
  expect(symbols.find((entry) => entry['symbol'] === 'BTCUSD')).toBeUndefined();
  const bitcoin = symbols.find((entry) => entry['symbol'] === 'BTCUSDT');
  expect(bitcoin).toMatchObject({ status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USDT' });
  expect(bitcoin?.['filters']).toContainEqual(
    expect.objectContaining({ filterType: 'PRICE_FILTER', tickSize: '0.01000000' }),
  );
  const [, two] = await get('/api/v3/exchangeInfo?symbols=["ETHUSDT","BTCUSDT"]');
  expect((two['symbols'] as JsonObject[]).map((entry) => entry['symbol'])).toEqual(['ETHUSDT', 'BTCUSDT']);
  expect(await get('/api/v3/exchangeInfo?symbol=NOPE')).toEqual([
    400,
    { code: -1121, msg: 'Invalid symbol.' },
  ]);
  expect((await get('/api/v3/exchangeInfo?symbols=[\\'))[0]).toBe(400);
  const [missing, error] = await get('/api/v1/nothing');
  expect(missing).toBe(404);
  expect(Object.keys(error)).toEqual(['code', 'msg']);
});
