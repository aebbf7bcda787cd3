import { kraken } from '.';

const asked = ['BTC/USD', 'ETH/USD'];
const decode = (frame: unknown) =>
  kraken.createDecoder(asked).decode(typeof frame === 'string' ? frame : JSON.stringify(frame), 0);

const row = (fields = '') =>
  `{"symbol":"BTC/USD","side":"sell","price":79192.8,"qty":0.00047350,"ord_type":"limit","trade_id":107725595,"timestamp":"2026-09-14T18:32:27.809982Z"${fields}}`;
const trades = (type: string, ...rows: string[]) =>
  `{"channel":"trade","type":"${type}","data":[${rows.join(',')}]}`;
const AT = Date.UTC(2026, 8, 14, 18, 32, 27, 809);

test('a frame gives an event for each of its rows, in their order, and a bad row does not take the others along', () => {
  const frame = trades(
    'update',
    row(),
    row(',"price":-1'),
    '7',
    row(',"symbol":"SOL/USD"'),
    row(',"trade_id":107725596,"side":"buy"'),
  );
  expect(decode(frame)).toEqual([
    {
      type: 'trade',
      exchange: 'kraken',
      symbol: 'BTC/USD',
      price: 79192.8,
      size: 0.0004735,
      takerSide: 'sell',
      tradeId: '107725595',
      timestamp: AT,
      history: false,
      sentAt: null,
    },
    { type: 'invalid', reason: 'trade price -1 is no decimal above zero' },
    { type: 'invalid', reason: 'a row of trade is 7' },
    { type: 'unlisted', symbol: 'SOL/USD' },
    expect.objectContaining({ tradeId: '107725596', takerSide: 'buy' }),
  ]);
});

test('a snapshot is history', () => {
  expect(decode(trades('snapshot', row()))).toMatchObject([{ type: 'trade', history: true }]);
});

test('a type that is neither snapshot nor update, and a frame without rows, is invalid', () => {
  expect(decode(trades('correction', row()))).toMatchObject([{ type: 'invalid' }]);
  expect(decode(trades('update'))).toEqual([{ type: 'invalid', reason: 'the frame carries no rows' }]);
  expect(decode('{"channel":"trade","type":"update"}')).toEqual([
    { type: 'invalid', reason: 'trade carries no list of rows' },
  ]);
});

test('ids and prices that a double cannot hold keep their digits', () => {
  expect(
    decode(
      trades(
        'update',
        row(',"trade_id":9007199254740993,"price":79192.80000000000001,"qty":123456789.12345678'),
      ),
    ),
  ).toMatchObject([
    {
      tradeId: '9007199254740993',
      price: 79192.8,
      priceText: '79192.80000000000001',
      size: 123456789.12345678,
    },
  ]);
});

test('padding zeros and exponents change nothing, infinity is refused', () => {
  expect(decode(trades('update', row(',"qty":5e-05')))).toMatchObject([{ size: 0.00005 }]);
  expect(decode(trades('update', row(',"qty":0.000500000000000000000000')))).toEqual([
    expect.not.objectContaining({ sizeText: expect.anything() as unknown }),
  ]);
  expect(decode(trades('update', row(',"qty":1e400')))).toMatchObject([{ type: 'invalid' }]);
  expect(decode(trades('update', row(',"qty":0.0')))).toMatchObject([{ type: 'invalid' }]);
});

const ticker = (fields: string) =>
  `{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD",${fields},"last":1.0}]}`;

test('a ticker is a quote; older ones carry no time', () => {
  const quote = {
    type: 'quote',
    exchange: 'kraken',
    symbol: 'BTC/USD',
    bid: 83744.2,
    bidSize: 0.56251979,
    ask: 83744.3,
    askSize: 0.0004478,
    sentAt: null,
  };
  const sides = '"bid":83744.2,"bid_qty":0.56251979,"ask":83744.3,"ask_qty":0.00044780';
  expect(decode(ticker(`${sides},"timestamp":"2026-09-14T18:32:27.809982Z"`))).toEqual([
    { ...quote, timestamp: AT },
  ]);
  expect(decode(ticker(sides))).toEqual([{ ...quote, timestamp: null }]);
});

test('zero is an absent side, and 1970 is no time', () => {
  expect(
    decode(
      ticker(
        '"bid":0.0,"bid_qty":0.00000000,"ask":5.5,"ask_qty":2.0,"timestamp":"1970-01-01T00:00:00.000000Z"',
      ),
    ),
  ).toMatchObject([{ type: 'quote', bid: null, bidSize: null, ask: 5.5, askSize: 2, timestamp: null }]);
  expect(decode(ticker('"bid":0,"bid_qty":0,"ask":0.000000000000000000,"ask_qty":0'))).toMatchObject([
    { bid: null, ask: null },
  ]);
  expect(decode(ticker('"bid":-1,"bid_qty":1,"ask":5.5,"ask_qty":2'))).toMatchObject([{ type: 'invalid' }]);
});

test('each symbol is acknowledged by itself', () => {
  const ack = (channel: string) =>
    decode({
      method: 'subscribe',
      req_id: 7,
      result: { channel, symbol: 'ETH/USD', snapshot: false },
      success: true,
      time_out: '2026-09-14T18:32:27.809982Z',
    });
  const control = { type: 'control', channel: 'subscribe', sentAt: AT };
  expect(ack('trade')).toEqual([
    { ...control, ack: { requestId: '7', topics: [{ purpose: 'trades', symbol: 'ETH/USD' }] } },
  ]);
  expect(ack('ticker')).toEqual([
    { ...control, ack: { requestId: '7', topics: [{ purpose: 'quotes', symbol: 'ETH/USD' }] } },
  ]);
});

test('a refusal has no result: it names the request and perhaps the symbol', () => {
  const refusal = (fields: object) => decode({ method: 'subscribe', success: false, error: 'no', ...fields });
  expect(refusal({ symbol: 'ETH/USD', req_id: 3 })).toEqual([
    { type: 'refused', reason: 'no', answer: { requestId: '3', topics: kraken.topics('ETH/USD') } },
  ]);
  expect(refusal({ symbol: 'XBT/USD' })).toMatchObject([{ answer: { requestId: null, topics: [] } }]);
  expect(refusal({})).toMatchObject([{ answer: { requestId: null, topics: null } }]);
});

test('a pong tells the venue clock, an unsubscribe ack confirms no topic', () => {
  expect(decode({ method: 'pong', req_id: 4, time_out: '2026-09-14T18:32:27.809982Z' })).toEqual([
    { type: 'control', channel: 'pong', sentAt: AT },
  ]);
  expect(
    decode({
      method: 'unsubscribe',
      req_id: 5,
      result: { channel: 'trade', symbol: 'BTC/USD' },
      success: true,
    }),
  ).toMatchObject([{ ack: { requestId: '5', topics: null } }]);
});

test.each(['heartbeat', 'status', 'instrument', 'book', 'ohlc', 'level3'])(
  '%s is documented and not used',
  (channel) => {
    expect(decode({ channel, type: 'update', data: [] })).toEqual([
      { type: 'control', channel, sentAt: null },
    ]);
  },
);

test('a channel or method that no page documents is unknown', () => {
  expect(decode({ channel: 'novelty', data: [] })).toMatchObject([{ type: 'unknown' }]);
  expect(decode({ method: 'novelty', success: true })).toMatchObject([{ type: 'unknown' }]);
});
