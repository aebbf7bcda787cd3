import { adapterHarness } from './testing/adapter-harness';
import { binanceFrames, bybitFrames, coinbaseFrames, TEST_START } from './testing/venue-frames';

const { trade, quote } = binanceFrames;

describe('a trade', () => {
  it('carries the quote that was read last before it', () => {
    const { transport, ticks, pass } = adapterHarness();
    const socket = transport.latest.opens();
    socket.says(quote('99.50', '100.50'));
    pass(7);
    socket.says(trade(1, TEST_START + 3, '100.25'), quote('101', '102'));
    expect(ticks()).toEqual([
      {
        exchange: 'binance',
        symbol: 'BTC/USDT',
        bid: 99.5,
        ask: 100.5,
        last: 100.25,
        volume: 0.5,
        timestamp: TEST_START + 3,
        tradeId: '1',
        takerSide: 'buy',
        receivedAt: TEST_START + 7,
        quoted: true,
        quotedAt: TEST_START,
        backfilled: false,
      },
    ]);
  });

  const unquoted = { quoted: false, quotedAt: null, bid: 100, ask: 100, last: 100 };
  const reasonOf = async (metrics: ReturnType<typeof adapterHarness>['metrics']) =>
    (await metrics.ticksUnquoted.get()).values.map(({ labels, value }) => [labels.reason, value]);

  it.each([
    ['before any quote', [], 'none'],
    ['after a quote whose bid is above its ask', [quote('100.60', '100.50')], 'crossed'],
  ])('%s is kept without a quote, and counted with the reason', async (_, quotes, reason) => {
    const { transport, ticks, metrics } = adapterHarness();
    transport.latest.opens().says(...quotes, trade(1));
    expect(ticks()).toMatchObject([unquoted]);
    expect(await reasonOf(metrics)).toEqual([[reason, 1]]);
  });

  it.each([
    ['bid', [], [['101', '1']]],
    ['ask', [['99', '1']], []],
  ])('after a quote without a %s is kept without a quote', async (_, bids, asks) => {
    const { transport, ticks, metrics } = adapterHarness({ venue: 'bybit' });
    const full = bybitFrames.quote([['99', '1']], [['101', '1']], TEST_START);
    const half = bybitFrames.quote(bids, asks, TEST_START + 1);
    transport.latest.opens().says(full, half, bybitFrames.trade('1', TEST_START + 2));
    expect(ticks()).toMatchObject([unquoted]);
    expect(await reasonOf(metrics)).toEqual([['one-sided', 1]]);
  });

  it('does not use a quote of a replaced socket', async () => {
    const { transport, ticks, metrics, pass } = adapterHarness();
    transport.latest.opens().says(quote('99', '101'), trade(1));
    transport.latest.cuts();
    pass(1_000);
    transport.latest.opens().says(trade(2));
    expect(ticks()).toMatchObject([{ quoted: true }, unquoted]);
    expect(await reasonOf(metrics)).toEqual([['replaced-socket', 1]]);
  });

  it('does not use a quote from before a gap', async () => {
    const { transport, ticks, metrics } = adapterHarness();
    transport.latest.opens().says(quote('99', '101'), trade(1), trade(5), quote('99', '101'), trade(6));
    expect(ticks()).toMatchObject([{ quoted: true }, unquoted, { quoted: true }]);
    expect(await reasonOf(metrics)).toEqual([['before-gap', 1]]);
  });

  it('does not use a quote older than the venue allows', async () => {
    const { transport, ticks, metrics, pass } = adapterHarness({ venue: 'coinbase', symbols: ['BTC/USD'] });
    const socket = transport.latest.opens();
    socket.says(coinbaseFrames.ticker(1, '99', '101'));
    for (let second = 0; second < 60; second += 1) {
      socket.says(coinbaseFrames.heartbeat(1, TEST_START));
      pass(1_000);
    }
    socket.says(coinbaseFrames.match(2));
    pass(1);
    socket.says(coinbaseFrames.match(3));
    expect(ticks()).toMatchObject([{ quoted: true }, unquoted]);
    expect(await reasonOf(metrics)).toEqual([['stale', 1]]);
  });

  it('keeps the text of a decimal that a double cannot hold', () => {
    const { transport, ticks } = adapterHarness();
    transport.latest.opens().says(trade(1, TEST_START, '0.12345678901234567891'));
    expect(ticks()).toMatchObject([{ inexact: true, priceText: '0.12345678901234567891' }]);
  });
});
