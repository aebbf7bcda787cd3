import { PassThrough } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ServerMessage } from '../page/protocol';
import { Client } from './client';
import { DEFAULT_CLIENT_LIMITS } from './config';
import { FanOut } from './fan-out';
import { MarketView } from './market-view';
import { candleOf, tickOf } from './testing/market-samples';
import { Topics } from './topics/topics';

const SERIES = { channel: 'candles', exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' } as const;
const BEHIND = DEFAULT_CLIENT_LIMITS.maxWaitingBytes / 4 + 1;

let view: MarketView;
let topics: Topics;
let fanOut: FanOut;
/** What the client's connection has been given, and how many bytes of it wait. */
let wire: { sent: ServerMessage[]; waiting: number; closedWith: number | null };
let client: Client;

beforeEach(() => {
  view = new MarketView('live', () => 0);
  topics = new Topics(view, () => view.summary(0));
  fanOut = new FanOut(topics);
  wire = { sent: [], waiting: 0, closedWith: null };
  const socket = {
    get bufferedAmount() {
      return wire.waiting;
    },
    send: (frame: Buffer) => void wire.sent.push(JSON.parse(frame.toString()) as ServerMessage),
    close: (code: number) => (wire.closedWith = code),
  } as unknown as WebSocket;
  client = new Client(socket, new PassThrough(), DEFAULT_CLIENT_LIMITS, 0);
  fanOut.add(client);
});

test('who asks while it is behind is answered once it has caught up, though nothing has changed', () => {
  view.acceptTicks([tickOf({})]);
  fanOut.follow(client, { channel: 'prices' }, null, 0);
  const [{ seq }] = wire.sent as [Extract<ServerMessage, { type: 'prices' }>];
  wire.waiting = BEHIND;
  fanOut.follow(client, { channel: 'prices' }, seq, 0);
  fanOut.flush(1);
  expect(wire.sent).toHaveLength(1);
  wire.waiting = 0;
  fanOut.flush(2);
  fanOut.flush(3);
  expect(wire.sent.slice(1)).toEqual([{ type: 'prices', seq, from: seq, prices: [] }]);
});

test('who is behind is told nothing more, and what has changed meanwhile in one message', () => {
  fanOut.follow(client, { channel: 'prices' }, null, 0);
  wire.waiting = BEHIND;
  for (let id = 1; id <= 50; id += 1) {
    view.acceptTicks([tickOf({ tradeId: String(id), last: id })]);
    fanOut.flush(id);
  }
  expect(wire.sent).toHaveLength(1);
  wire.waiting = 0;
  fanOut.flush(51);
  expect(wire.sent.slice(1)).toMatchObject([{ from: 0, seq: 50, prices: [{ last: 50 }] }]);
});

test('who stays behind for too long is cut, and is told nothing any more', () => {
  fanOut.follow(client, { channel: 'prices' }, null, 0);
  wire.waiting = BEHIND;
  for (const now of [
    1_000,
    1_000 + DEFAULT_CLIENT_LIMITS.maxBehindMs,
    1_001 + DEFAULT_CLIENT_LIMITS.maxBehindMs,
  ]) {
    expect(wire.closedWith).toBeNull();
    view.acceptTicks([tickOf({ tradeId: String(now) })]);
    fanOut.flush(now);
  }
  expect(wire.closedWith).toBe(4408);
  wire.waiting = 0;
  fanOut.flush(99_999);
  expect(wire.sent).toHaveLength(1);
});

test('a late revision reaches who follows the series; who is gone leaves nothing that is kept for it', () => {
  for (const minute of [2, 3, 4, 5]) view.acceptCandles([candleOf({ timestamp: minute * 60_000 })]);
  fanOut.follow(client, SERIES, null, 0);
  const late = candleOf({ timestamp: 60_000, revision: 1 });
  view.acceptCandles([late]);
  fanOut.flush(1);
  expect(wire.sent.slice(1)).toEqual([{ type: 'candles', ...names(), seq: 5, from: 4, candles: [late] }]);
  fanOut.remove(client);
  view.acceptCandles([candleOf({ timestamp: 60_000, revision: 2 })]);
  expect(topics.follow(SERIES).covers(5)).toBe(false);
});

function names(): object {
  const { channel: _channel, ...rest } = SERIES;
  return rest;
}
