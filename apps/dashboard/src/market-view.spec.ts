import { EventRate } from './event-rate';
import { LatestPrices, priceRow } from './latest-prices';
import { LiveCandles } from './live-candles';
import { MarketView } from './market-view';
import { MessageBudget } from './message-budget';
import { candleOf, tickOf } from './testing/market-samples';

test('a backfilled older trade does not replace the newest price', () => {
  const prices = new LatestPrices(10);
  prices.accept(tickOf({ timestamp: 2_000, tradeId: '9', last: 102 }));
  prices.accept(tickOf({ timestamp: 1_000, tradeId: '8', last: 101, backfilled: true }));
  prices.accept(tickOf({ timestamp: 2_000, tradeId: '10', last: 103 }));
  prices.accept(tickOf({ timestamp: 2_000, tradeId: '9', last: 102 }));
  expect(prices.entries().map(({ source }) => source.last)).toEqual([103]);
});

test('symbols beyond the bound are refused and counted', () => {
  const prices = new LatestPrices(1);
  expect(prices.accept(tickOf({ symbol: 'BTC/USDT' }))).toBe(true);
  expect(prices.accept(tickOf({ symbol: 'ETH/USDT' }))).toBe(false);
});

test('a trade without a quote has no spread', () => {
  const source = tickOf({ quoted: false, quotedAt: null, bid: 100, ask: 100, spread: 0, spreadBps: 0 });
  expect(priceRow({ source, version: 1, text: null })).toMatchObject({ spread: null, spreadBps: null });
});

test('of a series the newest four candles are kept, each in its newest revision', () => {
  const candles = new LiveCandles(10);
  for (const minute of [3, 1, 2, 5, 4]) candles.accept(candleOf({ timestamp: minute * 60_000 }));
  candles.accept(candleOf({ timestamp: 300_000, revision: -1 }));
  expect(candles.find(candleOf({}))?.version).toBe(5);
  candles.accept(candleOf({ timestamp: 300_000, revision: 1 }));
  const kept = candles.newest({ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m' });
  expect(kept.map(({ timestamp, revision }) => [timestamp / 60_000, revision])).toEqual([
    [2, 0],
    [3, 0],
    [4, 0],
    [5, 1],
  ]);
});

test('in a replay prices age against the newest replayed trade, else against our clock', () => {
  const [replay, live] = (['replay', 'live'] as const).map((mode) => new MarketView(mode, () => 9_000_000));
  for (const view of [replay, live]) view?.acceptTicks([tickOf({ timestamp: 5_000 })]);
  expect([replay?.referenceTime(), live?.referenceTime()]).toEqual([5_000, 9_000_000]);
});

test('a gap that is told twice counts once, and a filled one no longer', () => {
  const view = new MarketView('live', () => 0);
  const gap = (gapId: string, status: 'open' | 'filled' | 'unfillable') => ({
    gapId,
    exchange: 'binance',
    symbol: 'BTC/USDT',
    afterTradeId: null,
    beforeTradeId: null,
    fromTimestamp: 1,
    toTimestamp: status === 'open' ? null : 2,
    missing: null,
    cause: 'disconnect' as const,
    status,
  });
  view.acceptGaps([gap('a', 'open'), gap('a', 'open'), gap('b', 'open'), gap('b', 'filled')]);
  view.acceptGaps([gap('c', 'open'), gap('c', 'unfillable'), gap('c', 'unfillable')]);
  expect(view.summary(0)).toMatchObject({ openGaps: 1, unfillableGaps: 1 });
});

test('a rate is the mean of the last five full seconds', () => {
  const rate = new EventRate();
  rate.add(10);
  expect(rate.perSecond()).toBe(0);
  rate.endSecond();
  expect(rate.perSecond()).toBe(10);
  for (let second = 0; second < 5; second += 1) {
    rate.add(2);
    rate.endSecond();
  }
  expect(rate.perSecond()).toBe(2);
});

test('a message budget allows a burst of two seconds and refills with time', () => {
  const budget = new MessageBudget(10, 0);
  const taken = Array.from({ length: 25 }, () => budget.take(0));
  expect(taken.filter(Boolean)).toHaveLength(20);
  expect(budget.take(99)).toBe(false);
  expect(budget.take(200)).toBe(true);
});
