import type { JsonObject } from '../server/client-json';
import { dataOf, startFaultyFeed } from '../testing/faulty-feed';
import type { FaultyFeed } from '../testing/faulty-feed';

jest.setTimeout(60_000);

let feed: FaultyFeed;
beforeEach(async () => {
  feed = await startFaultyFeed();
});
afterEach(() => feed.stop());

interface Case {
  readonly venue: string;
  readonly symbol: string;
  readonly subscribe: object;
  readonly unsubscribe: object;
  /** What the symbol's frames hold, and those of another symbol. */
  readonly own: string;
  readonly other: string;
}
const cases: readonly Case[] = [
  {
    venue: 'binance',
    symbol: 'BTC/USDT',
    subscribe: { method: 'SUBSCRIBE', params: ['btcusdt@trade', 'ethusdt@trade'], id: 1 },
    unsubscribe: { method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 2 },
    own: '"s":"BTCUSDT"',
    other: '"s":"ETHUSDT"',
  },
  {
    venue: 'coinbase',
    symbol: 'BTC/USD',
    subscribe: { type: 'subscribe', product_ids: ['BTC-USD', 'ETH-USD'], channels: ['matches', 'heartbeat'] },
    unsubscribe: { type: 'unsubscribe', product_ids: ['BTC-USD', 'ETH-USD'], channels: ['matches'] },
    own: '"product_id":"BTC-USD"',
    other: '"product_id":"ETH-USD"',
  },
  {
    venue: 'kraken',
    symbol: 'BTC/USD',
    subscribe: { method: 'subscribe', params: { channel: 'trade', symbol: ['BTC/USD', 'ETH/USD'] } },
    unsubscribe: { method: 'unsubscribe', params: { channel: 'trade', symbol: ['BTC/USD', 'ETH/USD'] } },
    own: '"symbol":"BTC/USD","side"',
    other: '"symbol":"ETH/USD","side"',
  },
  {
    venue: 'bybit',
    symbol: 'BTC/USDT',
    subscribe: { op: 'subscribe', args: ['publicTrade.BTCUSDT', 'publicTrade.ETHUSDT'] },
    unsubscribe: { op: 'unsubscribe', args: ['publicTrade.BTCUSDT', 'publicTrade.ETHUSDT'] },
    own: '"topic":"publicTrade.BTCUSDT"',
    other: '"topic":"publicTrade.ETHUSDT"',
  },
];
const isAnswer = (frame: JsonObject): boolean =>
  'result' in frame || 'success' in frame || frame['type'] === 'subscriptions';

test.each(cases)('$venue: a silenced symbol sends nothing until it is subscribed again', async (row) => {
  const client = await feed.connect(row.venue);
  await client.ask(row.subscribe, isAnswer);
  feed.advance(1_000);
  const command = { fault: 'silence-symbol', exchange: row.venue, symbol: row.symbol } as const;
  expect(feed.faults.carryOut(command)).toMatchObject({ clients: 1 });
  await client.ask(row.unsubscribe, isAnswer).catch(() => undefined);
  await client.ask(row.subscribe, isAnswer);
  const again = client.frames.length;
  feed.advance(3_000);
  await client.frame((frame) => JSON.stringify(frame).includes(row.own), again);
  feed.faults.carryOut(command);
  expect(feed.faults.isBusy(command)).toBe(true);
  const from = client.frames.length;
  feed.advance(5_000);
  await client.frame((frame) => JSON.stringify(frame).includes(row.other), from);
  expect(client.frames.slice(from).filter((frame) => frame.includes(row.own))).toEqual([]);
});

test('silenced quotes stop while the trades of the symbol flow, and come back with a new subscription', async () => {
  const client = await feed.binance(['btcusdt@trade', 'btcusdt@bookTicker']);
  feed.faults.carryOut({ fault: 'silence-quotes', exchange: 'binance', symbol: 'BTC/USDT' });
  feed.advance(3_000);
  expect((await dataOf(client, 'btcusdt@trade')).length).toBeGreaterThan(0);
  expect(await dataOf(client, 'btcusdt@bookTicker')).toEqual([]);
  await client.ask(
    { method: 'SUBSCRIBE', params: ['btcusdt@bookTicker'], id: 5 },
    (frame) => frame['id'] === 5,
  );
  feed.advance(1_000);
  expect((await dataOf(client, 'btcusdt@bookTicker')).length).toBeGreaterThan(0);
});
