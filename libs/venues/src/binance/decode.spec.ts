import { binance } from '.';

const asked = ['BTC/USDT', 'ETH/USDT'];
const decode = (frame: unknown, webSocketUrl?: string) =>
  binance
    .createDecoder(asked, webSocketUrl === undefined ? {} : { webSocketUrl })
    .decode(typeof frame === 'string' ? frame : JSON.stringify(frame), 0);

const trade = {
  e: 'trade',
  E: 1_789_295_134_226,
  s: 'BTCUSDT',
  t: 388_510,
  p: '76745.19000000',
  q: '0.00065000',
  T: 1_789_295_134_225,
  m: false,
  M: true,
};
const decoded = {
  type: 'trade',
  exchange: 'binance',
  symbol: 'BTC/USDT',
  price: 76745.19,
  size: 0.00065,
  takerSide: 'buy',
  tradeId: '388510',
  timestamp: 1_789_295_134_225,
  history: false,
  sentAt: 1_789_295_134_226,
};

test('a trade reads the same bare and in the combined envelope', () => {
  expect(decode(trade)).toEqual([decoded]);
  expect(decode({ stream: 'btcusdt@trade', data: trade })).toEqual([decoded]);
});

test('m says that the buyer was the maker: then the taker sold; without it the side is unknown', () => {
  expect(decode({ ...trade, m: true })).toMatchObject([{ takerSide: 'sell' }]);
  expect(decode({ ...trade, m: undefined })).toMatchObject([{ takerSide: 'unknown' }]);
});

test('order ids of older recordings are neither bid nor ask', () => {
  expect(decode({ stream: 'btcusdt@trade', data: { ...trade, b: 7038593583, a: 7038593613 } })).toEqual([
    decoded,
  ]);
});

test('the symbol of the payload decides, not the name of the stream', () => {
  expect(decode({ stream: 'btcusdt@trade', data: { ...trade, s: 'ETHUSDT' } })).toMatchObject([
    { symbol: 'ETH/USDT' },
  ]);
  expect(decode({ stream: 'btcusdt@trade', data: { ...trade, s: 'SOLUSDT' } })).toEqual([
    { type: 'unlisted', symbol: 'SOLUSDT' },
  ]);
});

test('a quote is recognised by its stream or its fields and has no time', () => {
  const data = {
    u: 1801512,
    s: 'BTCUSDT',
    b: '76745.18000000',
    B: '8.74206000',
    a: '76745.19000000',
    A: '12.06313000',
  };
  const quote = {
    type: 'quote',
    exchange: 'binance',
    symbol: 'BTC/USDT',
    bid: 76745.18,
    bidSize: 8.74206,
    ask: 76745.19,
    askSize: 12.06313,
    timestamp: null,
    sentAt: null,
  };
  expect(decode({ stream: 'btcusdt@bookTicker', data })).toEqual([quote]);
  expect(decode(data)).toEqual([quote]);
});

test('the dialled URL decides whether times are microseconds, and they are cut', () => {
  const micro = { ...trade, T: 1_789_295_134_225_999, E: 1_789_295_134_226_001 };
  for (const unit of ['MICROSECOND', 'microsecond'])
    expect(decode(micro, `wss://x/stream?streams=a@trade&timeUnit=${unit}`)).toEqual([decoded]);
  expect(decode(micro, 'wss://x/stream?timeUnit=MILLISECOND')).toMatchObject([
    { timestamp: 1_789_295_134_225_999 },
  ]);
  expect(decode({ ...trade, T: 1_789_295_134 }, 'wss://x/ws')).toMatchObject([{ timestamp: 1_789_295_134 }]);
});

test('a time in nanoseconds is refused, one before 2009 is left for the processor to park', () => {
  expect(decode(JSON.stringify(trade).replace('"T":1789295134225', '"T":1789295134225000000'))).toMatchObject(
    [{ type: 'invalid' }],
  );
  expect(decode({ ...trade, T: 0, E: 0 })).toMatchObject([{ type: 'trade', timestamp: 0, sentAt: null }]);
});

test.each([
  [{ p: '0.00000000' }, 'trade price "0.00000000" is no decimal above zero'],
  [{ p: '1.5abc' }, 'trade price "1.5abc" is no decimal above zero'],
  [{ q: '-1' }, 'trade size "-1" is no decimal above zero'],
  [{ q: '1e400' }, 'trade size "1e400" is no decimal above zero'],
  [{ t: -5 }, 'trade id -5 is not decimal digits'],
  [{ t: 'x' }, 'trade id "x" is not decimal digits'],
  [{ T: null }, 'trade time null cannot be read'],
  [{ s: 5 }, 'symbol 5 is not a symbol'],
])('a trade with %j is invalid', (fields, reason) => {
  expect(decode({ ...trade, ...fields })).toEqual([{ type: 'invalid', reason }]);
});

test.each([
  'aggTrade',
  'blockTrade',
  'depthUpdate',
  'kline',
  '24hrTicker',
  '24hrMiniTicker',
  '1hTicker',
  'avgPrice',
  'referencePrice',
])('%s is documented and not used', (e) => {
  expect(decode({ stream: 'btcusdt@x', data: { ...trade, e } })).toEqual([
    { type: 'control', channel: e, sentAt: trade.E },
  ]);
  expect(decode([{ ...trade, e }])).toMatchObject([{ type: 'control', channel: e }]);
});

test('a partial book is documented and not used', () => {
  expect(decode({ stream: 'btcusdt@depth5', data: { lastUpdateId: 160, bids: [], asks: [] } })).toMatchObject(
    [{ type: 'control', channel: 'depth' }],
  );
});

test('a zero price is an absent side of the book, a negative one is invalid', () => {
  const quote = { u: 1, s: 'BTCUSDT', b: '0.00000000', B: '0.00000000', a: '101.00', A: '2.0' };
  expect(decode(quote)).toMatchObject([{ type: 'quote', bid: null, bidSize: null, ask: 101, askSize: 2 }]);
  expect(decode({ ...quote, b: '99', B: '1', a: '0', A: '0' })).toMatchObject([
    { type: 'quote', bid: 99, bidSize: 1, ask: null, askSize: null },
  ]);
  expect(decode({ ...quote, b: '-1.0', B: '1' })).toMatchObject([{ type: 'invalid' }]);
});

test('a futures quote and an unheard-of event are unknown', () => {
  expect(
    decode({ e: 'bookTicker', u: 1, s: 'BTCUSDT', b: '1', B: '1', a: '2', A: '1', T: 1, E: 1 }),
  ).toMatchObject([{ type: 'unknown' }]);
  const frame = JSON.stringify({ e: 'newThing', E: 1, filler: 'x'.repeat(100) });
  expect(decode(frame)).toEqual([{ type: 'unknown', hint: frame.slice(0, 80) }]);
});

test('only a null result acknowledges a subscription', () => {
  expect(decode('{"result":null,"id":12}')).toEqual([
    { type: 'control', channel: 'result', sentAt: null, ack: { requestId: '12', topics: null } },
  ]);
  expect(decode('{"result":["btcusdt@trade"],"id":3}')).toEqual([
    { type: 'control', channel: 'result', sentAt: null },
  ]);
});

test('a refusal is understood wrapped and bare', () => {
  const refused = { type: 'refused', reason: 'Too many subscriptions' };
  expect(decode({ error: { code: 4, msg: 'Too many subscriptions' }, id: 1 })).toEqual([
    { ...refused, answer: { requestId: '1', topics: null } },
  ]);
  expect(decode({ code: 4, msg: 'Too many subscriptions' })).toEqual([
    { ...refused, answer: { requestId: null, topics: null } },
  ]);
  expect(decode({ code: 2, msg: 'x'.repeat(300), id: 'abc' })).toMatchObject([
    { reason: 'x'.repeat(200), answer: { requestId: 'abc' } },
  ]);
});

test('serverShutdown announces that the connection will be cut, bare and combined', () => {
  const event = { e: 'serverShutdown', E: 1_789_295_134_226 };
  const expected = [{ type: 'control', channel: 'serverShutdown', goingAway: true, sentAt: event.E }];
  expect(decode(event)).toEqual(expected);
  expect(decode({ stream: '!serverShutdown', data: event })).toEqual(expected);
});

test('an envelope without an object is invalid', () => {
  expect(decode({ stream: 'btcusdt@trade', data: null })).toEqual([
    { type: 'invalid', reason: 'stream btcusdt@trade carries no object' },
  ]);
});
