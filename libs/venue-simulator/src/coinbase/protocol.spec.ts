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

const ofType = (type: string) => (frame: JsonObject) => frame['type'] === type;
const subscribe = (product_ids: string[], channels: unknown[]): object => ({
  type: 'subscribe',
  product_ids,
  channels,
});

/** All data frames after time has passed; a faulty message at the end shows that nothing is on its way any more. */
async function collected(client: FeedClient, advanceMs: number): Promise<JsonObject[]> {
  virtual.advance(advanceMs);
  await client.ask('end', ofType('error'));
  return client.frames.map((text) => JSON.parse(text) as JsonObject);
}

test('the acknowledgement lists the whole current set of subscriptions', async () => {
  const client = await virtual.connect('coinbase');
  await client.ask(subscribe(['BTC-USD'], ['matches']), ofType('subscriptions'));
  const second = {
    type: 'subscribe',
    channels: [{ name: 'heartbeat', product_ids: ['ETH-USD', 'BTC-USD'] }],
  };
  expect(await client.ask(second, ofType('subscriptions'))).toEqual({
    type: 'subscriptions',
    channels: [
      { name: 'matches', product_ids: ['BTC-USD'], account_ids: null },
      { name: 'heartbeat', product_ids: ['ETH-USD', 'BTC-USD'], account_ids: null },
    ],
  });
  const rest = await client.ask({ type: 'unsubscribe', channels: ['matches'] }, ofType('subscriptions'));
  expect(rest['channels']).toMatchObject([{ name: 'heartbeat' }]);
});

test('one last_match a product is sent on subscribing, and the first match is the next trade', async () => {
  const client = await virtual.connect('coinbase');
  virtual.advance(4_000);
  client.send(subscribe(['BTC-USD', 'ETH-USD'], ['matches']));
  await client.frame((frame) => frame['type'] === 'last_match' && frame['product_id'] === 'ETH-USD');
  const frames = await collected(client, 3_000);
  for (const product of ['BTC-USD', 'ETH-USD']) {
    const here = frames.filter((frame) => frame['product_id'] === product);
    expect(here.filter(ofType('last_match'))).toHaveLength(1);
    const ids = here.map((frame) => Number(frame['trade_id']));
    expect(ids.length).toBeGreaterThan(3);
    expect(ids).toEqual(ids.map((_, at) => (ids[0] ?? 0) + at));
  }
});

test('a match prints the maker side, the ticker of the same trade the taker side', async () => {
  const client = await virtual.connect('coinbase');
  client.send(subscribe(['BTC-USD'], ['matches', 'ticker']));
  await client.frame(ofType('ticker'));
  const frames = await collected(client, 5_000);
  const matches = new Map(frames.filter(ofType('match')).map((frame) => [frame['trade_id'], frame]));
  const tickers = frames.filter((frame) => frame['type'] === 'ticker' && matches.has(frame['trade_id']));
  expect(tickers.length).toBeGreaterThan(3);
  for (const ticker of tickers) {
    const match = matches.get(ticker['trade_id']);
    expect([match?.['side'], ticker['side']].sort()).toEqual(['buy', 'sell']);
    expect(ticker['price']).toBe(match?.['price']);
  }
  expect(tickers.length).toBeLessThan(matches.size);
  expect(Object.keys([...matches.values()][0] ?? {})).toEqual(
    'type trade_id maker_order_id taker_order_id side size price product_id sequence time'.split(' '),
  );
  expect(Object.keys(tickers[0] ?? {})).toEqual(
    'type sequence product_id price open_24h volume_24h low_24h high_24h volume_30d best_bid best_bid_size best_ask best_ask_size side time trade_id last_size'.split(
      ' ',
    ),
  );
});

test('a heartbeat a second names the newest trade', async () => {
  const client = await virtual.connect('coinbase');
  client.send(subscribe(['BTC-USD'], ['matches', 'heartbeat']));
  await client.frame(ofType('last_match'));
  const frames = await collected(client, 5_000);
  const beats = frames.filter(ofType('heartbeat'));
  expect(beats).toHaveLength(5);
  for (const beat of beats) {
    const before = frames
      .slice(0, frames.indexOf(beat))
      .filter((frame) => String(frame['type']).includes('match'));
    expect(beat['last_trade_id']).toBe(before.at(-1)?.['trade_id']);
  }
});

test('an invalid product is refused by an error, the valid ones of the request are subscribed', async () => {
  const client = await virtual.connect('coinbase');
  const ack = await client.ask(
    subscribe(['BTC-USD', 'NO-USD', 'UNI-BTC'], ['matches']),
    ofType('subscriptions'),
  );
  expect(ack['channels']).toMatchObject([{ name: 'matches', product_ids: ['BTC-USD'] }]);
  const errors = client.frames.map((text) => JSON.parse(text) as JsonObject).filter(ofType('error'));
  expect(errors).toEqual([
    { type: 'error', message: 'Failed to subscribe', reason: 'NO-USD is not a valid product' },
    { type: 'error', message: 'Failed to subscribe', reason: 'UNI-BTC is delisted' },
  ]);
});

test.each([
  ['{', 'Malformed JSON', undefined],
  [{ type: 'hello' }, 'Type has to be either subscribe or unsubscribe', undefined],
  [{ type: 'subscribe', product_ids: ['BTC-USD'] }, 'Failed to subscribe', 'No channels provided'],
  [subscribe(['BTC-USD'], ['nonsense']), 'Failed to subscribe', 'nonsense is not a valid channel'],
  [subscribe([], ['matches']), 'Failed to subscribe', ' is not a valid product'],
])('the faulty message %j is answered with an error', async (message, text, reason) => {
  const client = await virtual.connect('coinbase');
  const error = await client.ask(message, ofType('error'));
  expect(error['message']).toBe(text);
  expect(error['reason']).toBe(reason);
});

test('channels that need a key say so', async () => {
  const client = await virtual.connect('coinbase');
  const error = await client.ask(subscribe(['BTC-USD'], ['level2']), ofType('error'));
  expect(error['reason']).toMatch('require authentication');
});

test('a client that has not subscribed after five seconds is hung up on, one that has is not', async () => {
  const idle = await virtual.connect('coinbase');
  const busy = await virtual.connect('coinbase');
  await busy.ask(subscribe(['BTC-USD'], ['heartbeat']), ofType('subscriptions'));
  virtual.advance(4_000);
  await idle.ask('still here', ofType('error'));
  virtual.advance(1_000);
  await idle.closed;
  await busy.ask('still here', ofType('error'));
});

test('more than a hundred messages in a second cut the connection', async () => {
  const client = await virtual.connect('coinbase');
  for (let count = 0; count < 101; count++) client.send('x');
  expect(await client.closed).toBe(1008);
});

test('products are listed with their steps, and a delisted one with its status', async () => {
  const base = virtual.simulator.endpoints.get('coinbase')?.restUrl ?? '';
  const products = (await (await fetch(`${base}/products`)).json()) as JsonObject[];
  const ids = products.map((product) => product['id']);
  expect(ids).toEqual(
    expect.arrayContaining(['BTC-USD', 'ETH-USD', 'SOL-USD', 'BTC-USDT', 'ETH-USDT', 'SOL-USDT']),
  );
  expect(products.find((product) => product['id'] === 'BTC-USD')).toMatchObject({
    base_currency: 'BTC',
    quote_currency: 'USD',
    quote_increment: '0.01',
    base_increment: '0.00000001',
    status: 'online',
    trading_disabled: false,
  });
  expect(products.find((product) => product['id'] === 'UNI-BTC')).toMatchObject({ status: 'delisted' });
  const missing = await fetch(`${base}/products/NO-USD`);
  expect([missing.status, await missing.json()]).toEqual([404, { message: 'NotFound' }]);
});
