import { coinbase } from '.';

const asked = ['BTC/USD', 'BTC/USDT'];
const decode = (frame: unknown) =>
  coinbase.createDecoder(asked).decode(typeof frame === 'string' ? frame : JSON.stringify(frame), 0);

const match = {
  type: 'match',
  trade_id: 1_081_862_675,
  maker_order_id: 'f07e510f-4edf-469d-b844-4f670f1e93f1',
  taker_order_id: 'e6f50944-3e2a-439e-ae49-308300ba8296',
  side: 'sell',
  size: '0.00000001',
  price: '80691.53',
  product_id: 'BTC-USD',
  sequence: 134_905_860_111,
  time: '2026-08-25T03:35:57.198935Z',
};
const AT = Date.UTC(2026, 7, 25, 3, 35, 57, 198);

test('a match names the maker side, so the taker did the opposite, and its time is cut', () => {
  expect(decode(match)).toEqual([
    {
      type: 'trade',
      exchange: 'coinbase',
      symbol: 'BTC/USD',
      price: 80691.53,
      size: 1e-8,
      takerSide: 'buy',
      tradeId: '1081862675',
      timestamp: AT,
      history: false,
      sentAt: null,
    },
  ]);
  expect(decode({ ...match, side: 'buy' })).toMatchObject([{ takerSide: 'sell' }]);
  expect(decode({ ...match, side: 'UNKNOWN_ORDER_SIDE' })).toMatchObject([{ takerSide: 'unknown' }]);
});

test('last_match is history', () => {
  expect(decode({ ...match, type: 'last_match' })).toMatchObject([{ type: 'trade', history: true }]);
});

test('USD and USDT products are different symbols and a third one is unlisted', () => {
  expect(decode({ ...match, product_id: 'BTC-USDT' })).toMatchObject([{ symbol: 'BTC/USDT' }]);
  expect(decode({ ...match, product_id: 'BTC-USDC' })).toEqual([{ type: 'unlisted', symbol: 'BTC-USDC' }]);
});

test('the broken size that the venue once sent is invalid, and a time of year 1 is kept for the processor to park', () => {
  expect(decode({ ...match, size: '0.-10000' })).toEqual([
    { type: 'invalid', reason: 'trade size "0.-10000" is no decimal above zero' },
  ]);
  expect(decode({ ...match, time: '0001-01-01T00:00:00.000000Z' })).toMatchObject([
    { type: 'trade', timestamp: -62_135_596_800_000 },
  ]);
  expect(decode({ ...match, time: '2026-08-25 03:35:57Z' })).toMatchObject([{ type: 'invalid' }]);
});

const ticker = {
  type: 'ticker',
  sequence: 5,
  product_id: 'BTC-USD',
  price: '81228.94',
  best_bid: '81222.50',
  best_bid_size: '0.00000091',
  best_ask: '81228.97',
  best_ask_size: '0.16229192',
  side: 'sell',
  time: '2026-08-25T03:35:57.198935Z',
  trade_id: 9,
  last_size: '0.01',
};

test('a ticker is a quote with the time of the trade behind it', () => {
  expect(decode(ticker)).toEqual([
    {
      type: 'quote',
      exchange: 'coinbase',
      symbol: 'BTC/USD',
      bid: 81222.5,
      bidSize: 9.1e-7,
      ask: 81228.97,
      askSize: 0.16229192,
      timestamp: AT,
      sentAt: null,
    },
  ]);
});

test('older tickers have no sizes, and one without trades has no time', () => {
  const { best_bid_size: _b, best_ask_size: _a, time: _t, ...old } = ticker;
  expect(decode(old)).toMatchObject([{ bid: 81222.5, bidSize: null, askSize: null, timestamp: null }]);
  expect(decode({ ...ticker, time: '0001-01-01T00:00:00Z' })).toMatchObject([
    { type: 'quote', timestamp: null },
  ]);
});

test('a heartbeat names the newest trade of an asked product', () => {
  const beat = {
    type: 'heartbeat',
    last_trade_id: 9_035_771,
    product_id: 'BTC-USD',
    sequence: 3,
    time: '2026-08-25T03:35:57.198935Z',
  };
  const control = { type: 'control', channel: 'heartbeat', sentAt: AT };
  expect(decode(beat)).toEqual([{ ...control, newestTrade: { symbol: 'BTC/USD', tradeId: '9035771' } }]);
  expect(decode({ ...beat, last_trade_id: 0 })).toEqual([control]);
  expect(decode({ ...beat, product_id: 'ETH-USD' })).toEqual([control]);
});

test('the ack lists the whole current set in any order; channels that are not ours do not count', () => {
  const channels = [
    { name: 'level2_50', product_ids: ['BTC-USD'], account_ids: null },
    { name: 'ticker', product_ids: ['BTC-USDT', 'BTC-USD', 'ETH-USD'], account_ids: null },
    { name: 'matches', product_ids: ['BTC-USD'] },
    { name: 'heartbeat', product_ids: [] },
    null,
  ];
  expect(decode({ type: 'subscriptions', channels })).toEqual([
    {
      type: 'control',
      channel: 'subscriptions',
      sentAt: null,
      ack: {
        requestId: null,
        topics: [
          { purpose: 'quotes', symbol: 'BTC/USDT' },
          { purpose: 'quotes', symbol: 'BTC/USD' },
          { purpose: 'trades', symbol: 'BTC/USD' },
        ],
      },
    },
  ]);
});

test('an error names the refused product, when it names one', () => {
  const error = (reason: string) => decode({ type: 'error', message: 'Failed to subscribe', reason });
  for (const reason of ['BTC-USD is delisted', 'BTC-USD is not a valid product'])
    expect(error(reason)).toEqual([
      {
        type: 'refused',
        reason: `Failed to subscribe: ${reason}`,
        answer: { requestId: null, topics: coinbase.topics('BTC/USD') },
      },
    ]);
  expect(error('level2, level3, and full channels now require authentication.')).toMatchObject([
    { answer: { topics: null } },
  ]);
  expect(decode({ type: 'error', message: 'authentication failure' })).toMatchObject([
    { reason: 'authentication failure' },
  ]);
});

test.each([
  'snapshot',
  'l2update',
  'status',
  'received',
  'open',
  'done',
  'change',
  'activate',
  'auction',
  'rfq_match',
])('%s is documented and not used', (type) =>
  expect(decode({ ...match, type })).toEqual([{ type: 'control', channel: type, sentAt: null }]),
);

test('frames of the Advanced Trade feed are controls by their channel, never trades', () => {
  const frame = (channel: string) => ({
    channel,
    timestamp: '2026-08-25T03:35:57.198935257Z',
    sequence_num: 4,
    events: [],
  });
  for (const channel of ['market_trades', 'ticker', 'l2_data', 'heartbeats', 'candles', 'subscriptions'])
    expect(decode(frame(channel))).toEqual([{ type: 'control', channel, sentAt: AT }]);
  expect(decode(frame('novelty'))).toMatchObject([{ type: 'unknown' }]);
});

test('a type that no page documents is unknown', () =>
  expect(decode({ type: 'novelty' })).toMatchObject([{ type: 'unknown' }]));
