/** Frames as the venues send them, for tests: the fields that matter vary, the rest is usual. */

/** Venue time of the test trade with id 0, ms UTC. */
export const TEST_START = Date.UTC(2026, 0, 5, 12);

/** Binance's frames of BTCUSDT. */
export const binanceFrames = {
  trade: (id: number, timestamp = TEST_START + id, price = '100.00') => ({
    stream: 'btcusdt@trade',
    data: {
      e: 'trade',
      E: timestamp + 1,
      s: 'BTCUSDT',
      t: id,
      p: price,
      q: '0.5',
      T: timestamp,
      m: false,
      M: true,
    },
  }),
  quote: (bid: string, ask: string) => ({
    stream: 'btcusdt@bookTicker',
    data: { u: 1, s: 'BTCUSDT', b: bid, B: '1', a: ask, A: '2' },
  }),
  acked: (id: number) => ({ result: null, id }),
  refused: (id: number) => ({ error: { code: 2, msg: 'Invalid request: unknown symbol' }, id }),
  shutdown: (timestamp: number) => ({
    stream: '!serverShutdown',
    data: { e: 'serverShutdown', E: timestamp },
  }),
};

/** Coinbase's frames of BTC-USD. */
export const coinbaseFrames = {
  match: (id: number, timestamp = TEST_START + id, type = 'match') => ({
    type,
    trade_id: id,
    maker_order_id: 'f07e510f-4edf-469d-b844-4f670f1e93f1',
    taker_order_id: '55c8b85c-75ae-4cd5-9775-eba950fc4605',
    side: 'sell',
    size: '0.5',
    price: '100.00',
    product_id: 'BTC-USD',
    sequence: 1_000 + id,
    time: new Date(timestamp).toISOString(),
  }),
  ticker: (id: number, bid: string, ask: string) => ({
    type: 'ticker',
    sequence: 1_000 + id,
    product_id: 'BTC-USD',
    price: '100.00',
    best_bid: bid,
    best_bid_size: '1',
    best_ask: ask,
    best_ask_size: '2',
    side: 'buy',
    time: new Date(TEST_START + id).toISOString(),
    trade_id: id,
    last_size: '0.5',
  }),
  heartbeat: (lastTradeId: number, timestamp: number) => ({
    type: 'heartbeat',
    last_trade_id: lastTradeId,
    product_id: 'BTC-USD',
    sequence: 1_000 + lastTradeId,
    time: new Date(timestamp).toISOString(),
  }),
  subscribed: (...channels: string[]) => ({
    type: 'subscriptions',
    channels: channels.map((name) => ({ name, product_ids: ['BTC-USD'], account_ids: null })),
  }),
};

/** Bybit's frames of BTCUSDT. */
export const bybitFrames = {
  quote: (bids: string[][], asks: string[][], timestamp: number) => ({
    topic: 'orderbook.1.BTCUSDT',
    ts: timestamp + 1,
    type: 'snapshot',
    data: { s: 'BTCUSDT', b: bids, a: asks, u: 10, seq: 2 },
    cts: timestamp,
  }),
  trade: (id: string, timestamp: number) => ({
    topic: 'publicTrade.BTCUSDT',
    ts: timestamp + 1,
    type: 'snapshot',
    data: [
      { i: id, T: timestamp, p: '100', v: '0.5', S: 'Buy', seq: 1, s: 'BTCUSDT', BT: false, RPI: false },
    ],
  }),
};

/** Kraken's frames of BTC/USD. */
export const krakenFrames = {
  acked: (channel: 'trade' | 'ticker') => ({
    method: 'subscribe',
    result: { channel, symbol: 'BTC/USD', snapshot: false },
    success: true,
  }),
  trade: (id: number, timestamp = TEST_START + id) => ({
    channel: 'trade',
    type: 'update',
    data: [
      {
        symbol: 'BTC/USD',
        side: 'buy',
        price: 100,
        qty: 0.5,
        ord_type: 'market',
        trade_id: id,
        timestamp: new Date(timestamp).toISOString(),
      },
    ],
  }),
};
