import { bybit } from '.';

const asked = ['BTC/USDT', 'ETH/USDT'];
const decoder = () => bybit.createDecoder(asked);
const text = (frame: unknown) => (typeof frame === 'string' ? frame : JSON.stringify(frame));
const decode = (frame: unknown) => decoder().decode(text(frame), 0);

const trade = {
  i: '2290000001189048101',
  T: 1_786_310_822_605,
  p: '65140.5',
  v: '0.002705',
  S: 'Buy',
  seq: 112_488_547_164,
  s: 'BTCUSDT',
  BT: false,
  RPI: false,
};
const trades = (...data: unknown[]) => ({
  topic: 'publicTrade.BTCUSDT',
  ts: 1_786_310_822_606,
  type: 'snapshot',
  data,
});

test('a trade frame gives an event a row; its type means nothing', () => {
  expect(
    decode(trades(trade, { ...trade, i: '9007199254740993', S: 'Sell' }, { ...trade, p: '' }, null)),
  ).toEqual([
    {
      type: 'trade',
      exchange: 'bybit',
      symbol: 'BTC/USDT',
      price: 65140.5,
      size: 0.002705,
      takerSide: 'buy',
      tradeId: '2290000001189048101',
      timestamp: 1_786_310_822_605,
      history: false,
      sentAt: 1_786_310_822_606,
    },
    expect.objectContaining({ tradeId: '9007199254740993', takerSide: 'sell' }),
    { type: 'invalid', reason: 'trade price "" is no decimal above zero' },
    { type: 'invalid', reason: 'a row of publicTrade is null' },
  ]);
});

test('1,024 rows are 1,024 events in the order of the frame', () => {
  const rows = Array.from({ length: 1_024 }, (_, index) => ({ ...trade, i: String(5_000 + index) }));
  const events = decode(trades(...rows));
  expect(events).toHaveLength(1_024);
  expect(events.at(-1)).toMatchObject({ tradeId: '6023' });
});

test('the UUID of a derivatives trade is no trade id of this venue', () => {
  expect(decode(trades({ ...trade, i: '20f43950-d8dd-5b31-9112-a178eb6023af' }))).toMatchObject([
    { type: 'invalid' },
  ]);
});

test('the symbol of the row decides', () => {
  expect(decode(trades({ ...trade, s: 'SOLUSDT' }))).toEqual([{ type: 'unlisted', symbol: 'SOLUSDT' }]);
});

const AT = 1_786_310_822_000;
let updates = 0;
const book = (type: string, b: unknown, a: unknown, fields: object = {}, symbol = 'BTCUSDT') =>
  text({
    topic: `orderbook.1.${symbol}`,
    ts: AT + 40,
    type,
    data: { s: symbol, b, a, u: 1_000 + ++updates, seq: 1, ...fields },
    cts: AT,
  });
const sides = (events: ReturnType<typeof decode>) =>
  events.map((event) =>
    event.type === 'quote' ? [event.bid, event.bidSize, event.ask, event.askSize] : event.type,
  );

test('a snapshot is a quote with the engine time, and an empty side is absent', () => {
  expect(decode(book('snapshot', [['77140.5', '0.216593']], [['77140.6', '0.324006']]))).toEqual([
    {
      type: 'quote',
      exchange: 'bybit',
      symbol: 'BTC/USDT',
      bid: 77140.5,
      bidSize: 0.216593,
      ask: 77140.6,
      askSize: 0.324006,
      timestamp: AT,
      sentAt: AT + 40,
    },
  ]);
  expect(sides(decode(book('snapshot', [], [['5', '1']])))).toEqual([[null, null, 5, 1]]);
});

test('a repeated snapshot is a quote again', () => {
  const one = decoder();
  const frame = book('snapshot', [['10', '1']], [['11', '2']]);
  one.decode(frame, 0);
  expect(sides(one.decode(frame, 0))).toEqual([[10, 1, 11, 2]]);
});

test('a delta before any snapshot gives no quote', () => {
  expect(
    decode(
      book(
        'delta',
        [],
        [
          ['32499.27', '0.011534'],
          ['32529.54', '0'],
        ],
      ),
    ),
  ).toEqual([{ type: 'invalid', reason: 'a delta of BTC/USDT came before its first snapshot' }]);
});

describe('after a snapshot of 10 x 1 to 12 x 2', () => {
  const after = (...frames: string[]) => {
    const one = decoder();
    one.decode(book('snapshot', [['10', '1']], [['12', '2']], { u: 1_000 }), 0);
    return sides(frames.flatMap((frame) => one.decode(frame, 0)));
  };

  test('an empty side of a delta is unchanged', () => {
    expect(after(book('delta', [], [['12', '3']]), book('delta', [['10', '4']], []))).toEqual([
      [10, 1, 12, 3],
      [10, 4, 12, 3],
    ]);
  });

  test('a new level may come with the removal of the old one in any order', () => {
    expect(
      after(
        book(
          'delta',
          [],
          [
            ['11', '5'],
            ['12', '0'],
          ],
        ),
      ),
    ).toEqual([[10, 1, 11, 5]]);
    expect(
      after(
        book(
          'delta',
          [],
          [
            ['12', '0'],
            ['11', '5'],
          ],
        ),
      ),
    ).toEqual([[10, 1, 11, 5]]);
    expect(
      after(
        book(
          'delta',
          [
            ['10', '0'],
            ['9', '7'],
          ],
          [
            ['13', '5'],
            ['12.0', '0'],
          ],
        ),
      ),
    ).toEqual([[9, 7, 13, 5]]);
  });

  test('the removal of the level leaves the side absent, that of another price leaves it alone', () => {
    expect(after(book('delta', [['10.0', '0']], []))).toEqual([[null, null, 12, 2]]);
    expect(after(book('delta', [['9', '0']], []))).toEqual([[10, 1, 12, 2]]);
  });

  test('a delta older than the book changes nothing', () => {
    expect(after(book('delta', [['10', '9']], [], { u: 5 }))).toEqual([[10, 1, 12, 2]]);
  });

  test('update id 1 replaces the book, whatever the type says', () => {
    expect(after(book('delta', [['7', '1']], [], { u: 1 }))).toEqual([[7, 1, null, null]]);
  });

  test('a level that cannot be read makes the book unknown until the next snapshot', () => {
    expect(
      after(
        book('delta', [['x', '1']], []),
        book('delta', [['10', '2']], []),
        book('snapshot', [['8', '1']], []),
      ),
    ).toEqual(['invalid', 'invalid', [8, 1, null, null]]);
  });

  test('the book of another symbol is its own', () => {
    expect(after(book('delta', [['1', '1']], [], {}, 'ETHUSDT'), book('delta', [], [['12', '8']]))).toEqual([
      'invalid',
      [10, 1, 12, 8],
    ]);
  });
});

test('a frame without a book, or of another type, is invalid; other depths are documented and not used', () => {
  expect(decode({ topic: 'orderbook.1.BTCUSDT', type: 'snapshot' })).toMatchObject([{ type: 'invalid' }]);
  expect(decode(book('copy', [], []))).toMatchObject([{ type: 'invalid' }]);
  expect(decode(book('snapshot', [['10', '1']], []).replace('orderbook.1', 'orderbook.50'))).toEqual([
    { type: 'control', channel: 'orderbook.50', sentAt: AT + 40 },
  ]);
});

test('an ack answers a request; without a request id it is no ack', () => {
  expect(decode({ success: true, ret_msg: 'subscribe', conn_id: 'c', req_id: '4', op: 'subscribe' })).toEqual(
    [{ type: 'control', channel: 'subscribe', sentAt: null, ack: { requestId: '4', topics: null } }],
  );
  for (const req_id of [undefined, ''])
    expect(decode({ success: true, ret_msg: '', conn_id: 'c', req_id, op: 'subscribe' })).toEqual([
      { type: 'control', channel: 'subscribe', sentAt: null },
    ]);
});

test('a refusal names its topic in a sentence', () => {
  const refused = (ret_msg: string) => decode({ success: false, ret_msg, conn_id: 'c', op: 'subscribe' });
  const topics = [{ purpose: 'quotes', symbol: 'ETH/USDT' }];
  expect(refused('Invalid symbol :[orderbook.1.ETHUSDT]')).toEqual([
    { type: 'refused', reason: 'Invalid symbol :[orderbook.1.ETHUSDT]', answer: { requestId: null, topics } },
  ]);
  expect(refused('Invalid symbol :[publicTrade.XUSDT,publicTrade.BTCUSDT]')).toMatchObject([
    { answer: { topics: [{ purpose: 'trades', symbol: 'BTC/USDT' }] } },
  ]);
  expect(refused('error:handler not found,topic:orderbook.1.ETHUSDT')).toMatchObject([
    { answer: { topics } },
  ]);
  expect(refused('Invalid symbol :[tickers.XUSDT]')).toMatchObject([{ answer: { topics: [] } }]);
  expect(refused('busy')).toMatchObject([{ answer: { topics: null } }]);
});

test('both forms of a pong are understood', () => {
  expect(decode({ success: true, ret_msg: 'pong', conn_id: 'c', op: 'ping' })).toMatchObject([
    { type: 'control', channel: 'ping' },
  ]);
  expect(decode({ op: 'pong', args: ['1786310822000'] })).toEqual([
    { type: 'control', channel: 'pong', sentAt: AT },
  ]);
});

test.each([
  ['tickers.BTCUSDT', 'tickers'],
  ['kline.1.BTCUSDT', 'kline.1'],
  ['system.status', 'system'],
  ['orderbook.full.BTCUSDT', 'orderbook.full'],
  ['priceLimit.BTCUSDT', 'priceLimit'],
])('%s is documented and not used', (topic, channel) =>
  expect(decode({ topic, ts: AT, data: {} })).toEqual([{ type: 'control', channel, sentAt: AT }]),
);

test('a topic that no page documents is unknown', () =>
  expect(decode({ topic: 'novelty.BTCUSDT', data: [] })).toMatchObject([{ type: 'unknown' }]));
