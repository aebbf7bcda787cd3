import { adapterHarness } from './testing/adapter-harness';
import { binanceFrames, bybitFrames, coinbaseFrames, TEST_START } from './testing/venue-frames';

const { trade, acked } = binanceFrames;
const gapId = 'binance:BTC/USDT:10';
const opened = {
  gapId,
  exchange: 'binance',
  symbol: 'BTC/USDT',
  afterTradeId: '10',
  beforeTradeId: null,
  fromTimestamp: TEST_START + 10,
  toTimestamp: null,
  missing: null,
  status: 'open',
};
const closed = {
  ...opened,
  beforeTradeId: '15',
  toTimestamp: TEST_START + 15,
  missing: 4,
  status: 'unfillable',
};

describe('a gap', () => {
  it('is not recorded by the first connection of a symbol', () => {
    const { transport, gaps, pass } = adapterHarness();
    transport.latest.cuts('connect ECONNREFUSED');
    pass(1_000);
    transport.latest.opens().says(acked(1), trade(10));
    expect(gaps()).toEqual([]);
  });

  it('reaches from before the beginning of an earlier run that left no trade, whatever the distance of the clocks', () => {
    const begunAt = TEST_START - 5_000;
    const state = new Map([['BTC/USDT', { lastTradeId: null, lastTimestamp: null, openGaps: [], begunAt }]]);
    const { transport, gaps } = adapterHarness({ state });
    transport.latest.opens().says(acked(1), trade(10));
    expect(gaps()[0]).toMatchObject({
      afterTradeId: null,
      fromTimestamp: begunAt - 10_000,
      cause: 'restart',
    });
    expect(gaps().at(-1)).toMatchObject({ beforeTradeId: '10', status: 'unfillable' });
  });

  it('opens when the connection ends and closes behind the trade that ends it', () => {
    const { transport, records, pass } = adapterHarness();
    transport.latest.opens().says(acked(1), trade(10));
    transport.latest.cuts();
    expect(records.slice(1)).toEqual([{ ...opened, cause: 'disconnect' }]);
    pass(900);
    records.length = 0;
    transport.latest.opens().says(acked(1), trade(15));
    expect(records).toEqual([expect.objectContaining({ tradeId: '15' }), { ...closed, cause: 'disconnect' }]);
  });

  it('is filled when the ids show that nothing was missed', () => {
    const { transport, gaps, pass } = adapterHarness();
    transport.latest.opens().says(acked(1), trade(10));
    transport.latest.cuts();
    pass(900);
    transport.latest.opens().says(acked(1), trade(11));
    expect(gaps().at(-1)).toMatchObject({ gapId, beforeTradeId: '11', missing: 0, status: 'filled' });
  });

  it('stays one gap through many failed reconnects', () => {
    const { transport, gaps, pass } = adapterHarness();
    transport.latest.opens().says(acked(1), trade(10));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      transport.latest.cuts();
      pass(30_000);
    }
    transport.latest.opens().says(trade(15));
    expect(gaps().map(({ status }) => status)).toEqual(['open', 'unfillable']);
  });

  it('opens for a symbol that was subscribed but had no trade yet', () => {
    const { transport, gaps, pass } = adapterHarness();
    transport.latest.opens().says(acked(1));
    pass(500);
    transport.latest.cuts();
    expect(gaps()).toMatchObject([
      { gapId: `binance:BTC/USDT:${TEST_START + 500}`, afterTradeId: null, fromTimestamp: TEST_START + 500 },
    ]);
  });

  it('is shown by a jump of consecutive ids, before and behind the trade that jumps', () => {
    const { transport, records } = adapterHarness();
    transport.latest.opens().says(trade(10), trade(15));
    expect(records.slice(1)).toEqual([
      { ...opened, cause: 'sequence' },
      expect.objectContaining({ tradeId: '15' }),
      { ...closed, cause: 'sequence' },
    ]);
  });

  it.each([2 ** 31, 2 ** 32, 1e15, Number.MAX_SAFE_INTEGER - 5])(
    'is shown, and none is where no id is missing, by ids around %d',
    (edge) => {
      const { transport, gaps } = adapterHarness();
      transport.latest
        .opens()
        .says(...[-2, -1, 0, 1, 5].map((step) => trade(edge + step, TEST_START + step)));
      expect(gaps()).toMatchObject([
        { afterTradeId: String(edge + 1), status: 'open' },
        { afterTradeId: String(edge + 1), beforeTradeId: String(edge + 5), missing: 3 },
      ]);
    },
  );

  it('is not shown by a jump where ids have holes', () => {
    const { transport, gaps, pass } = adapterHarness({ venue: 'bybit' });
    transport.latest
      .opens()
      .says(
        bybitFrames.trade('2290000000417', TEST_START),
        bybitFrames.trade('2290000000443', TEST_START + 1),
      );
    expect(gaps()).toEqual([]);
    transport.latest.cuts();
    pass(900);
    transport.latest.opens().says(bybitFrames.trade('2290000000444', TEST_START + 2));
    expect(gaps().at(-1)).toMatchObject({
      beforeTradeId: null,
      toTimestamp: TEST_START + 2,
      missing: null,
      status: 'unfillable',
    });
  });

  it('is not opened by a trade that arrives behind a later one, which is passed on', () => {
    const { transport, records } = adapterHarness();
    transport.latest.opens().says(trade(10), trade(12), trade(11), trade(13));
    expect(
      records.map((record) => ('tradeId' in record ? record.tradeId : 'status' in record && record.status)),
    ).toEqual(['10', 'open', '12', 'unfillable', '11', '13']);
  });

  it('is opened by the venue’s word on its newest trade, a second after that did not come', () => {
    const { match, heartbeat, subscribed } = coinbaseFrames;
    const { transport, gaps, pass } = adapterHarness({ venue: 'coinbase', symbols: ['BTC/USD'] });
    const socket = transport.latest.opens();
    socket.says(subscribed('matches', 'ticker', 'heartbeat'), match(10), heartbeat(11, TEST_START));
    pass(900);
    socket.says(match(11), heartbeat(12, TEST_START + 900));
    pass(200);
    expect(gaps()).toEqual([]);
    pass(900);
    expect(gaps()).toMatchObject([{ gapId: 'coinbase:BTC/USD:11', cause: 'heartbeat', status: 'open' }]);
    socket.says(match(13));
    expect(gaps().at(-1)).toMatchObject({ beforeTradeId: '13', missing: 1, status: 'unfillable' });
  });

  it('is filled by the venue’s word that nothing is newer than what was seen', () => {
    const { match, heartbeat, subscribed } = coinbaseFrames;
    const { transport, gaps, pass } = adapterHarness({ venue: 'coinbase', symbols: ['BTC/USD'] });
    transport.latest.opens().says(subscribed('matches', 'ticker', 'heartbeat'), match(10));
    transport.latest.cuts();
    pass(900);
    transport.latest
      .opens()
      .says(subscribed('matches', 'ticker', 'heartbeat'), heartbeat(10, TEST_START + 900));
    expect(gaps().at(-1)).toMatchObject({ missing: 0, toTimestamp: TEST_START + 900, status: 'filled' });
  });

  it('holds the trades for which there was no room', async () => {
    const harness = adapterHarness();
    const { adapter, transport, records, metrics, pass } = harness;
    const socket = transport.latest.opens();
    socket.says(trade(10));
    harness.hasRoom = false;
    socket.says(trade(11), trade(12), trade(13), trade(14));
    harness.hasRoom = true;
    socket.says(trade(15));
    expect(records.slice(1)).toEqual([
      { ...opened, cause: 'dropped' },
      expect.objectContaining({ tradeId: '15' }),
      { ...closed, cause: 'dropped' },
    ]);
    expect(adapter.figures().dropped).toBe(4);
    pass(1_000);
    expect((await metrics.ticksDropped.get()).values).toMatchObject([{ value: 4 }]);
    expect(adapter.figures().dropped).toBe(4);
  });

  it('holds what was missed since an earlier run', () => {
    const state = new Map([
      ['BTC/USDT', { lastTradeId: '10', lastTimestamp: TEST_START + 10, openGaps: [] }],
    ]);
    const { transport, records } = adapterHarness({ state });
    expect(records).toEqual([{ ...opened, cause: 'restart' }]);
    transport.latest.opens().says(trade(9), trade(10), trade(15));
    expect(records.slice(1)).toEqual([
      expect.objectContaining({ tradeId: '15' }),
      { ...closed, cause: 'restart' },
    ]);
  });

  it('that an earlier run left open goes on as the same gap', () => {
    const openGap = { ...opened, cause: 'disconnect' as const, status: 'open' as const };
    const state = new Map([
      ['BTC/USDT', { lastTradeId: '10', lastTimestamp: TEST_START + 10, openGaps: [openGap] }],
    ]);
    const { transport, gaps } = adapterHarness({ state });
    transport.latest.opens().says(trade(15));
    expect(gaps()).toEqual([openGap, { ...closed, cause: 'disconnect' }]);
  });
});

describe('after a reconnect', () => {
  it('trades that were seen before are dropped and counted', async () => {
    const { transport, ticks, metrics, pass } = adapterHarness();
    transport.latest.opens().says(trade(9), trade(10));
    transport.latest.cuts();
    pass(1_000);
    transport.latest.opens().says(trade(9), trade(10), trade(11));
    expect(ticks().map(({ tradeId }) => tradeId)).toEqual(['9', '10', '11']);
    pass(1_000);
    expect((await metrics.ticksRepeated.get()).values).toMatchObject([{ value: 2 }]);
  });

  it('the venue’s history is counted and not taken for live trades', () => {
    const { adapter, transport, ticks } = adapterHarness({ venue: 'coinbase', symbols: ['BTC/USD'] });
    transport.latest
      .opens()
      .says(coinbaseFrames.match(9, TEST_START, 'last_match'), coinbaseFrames.match(10));
    expect(ticks().map(({ tradeId }) => tradeId)).toEqual(['10']);
    expect(adapter.eventCounts()).toMatchObject({ history: 1, trade: 1 });
  });
});
