import { SIMULATED_VENUES } from '../venue-list';
import type { Instrument, MarketTrade } from './instrument';
import { createMarket } from './market';
import type { Market, MarketOptions } from './market';
import { parseSavedMarket } from './saved-market';

// Not a time limit: the market is computed, and a busy machine takes its time.
jest.setTimeout(60_000);

const START = 1_793_620_800_000;
const HISTORY_MS = 2 * 3_600_000;
const OPTIONS: MarketOptions = {
  seed: 5,
  tradesPerSecond: 200,
  symbols: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD'],
  venues: SIMULATED_VENUES.map(({ traits }) => traits),
  startMs: START,
  historyMs: HISTORY_MS,
};

const activeOf = (market: Market): Instrument[] =>
  SIMULATED_VENUES.flatMap(({ traits }) => market.instrumentsOf(traits.name)).filter(({ active }) => active);
const tradesOf = ({ recent }: Instrument): MarketTrade[] => recent.range(0, recent.size);

function advance(market: Market, ms: number): void {
  market.advanceTo(market.timeMs + ms, { onOrder: () => undefined, onQuote: () => undefined });
}

test('every symbol has traded once every five seconds for the whole time before the start', () => {
  const market = createMarket(OPTIONS);
  expect(market.timeMs).toBe(START);
  for (const instrument of activeOf(market)) {
    const trades = tradesOf(instrument);
    const first = (trades[0]?.timeUs ?? 0) / 1000;
    const last = (trades.at(-1)?.timeUs ?? 0) / 1000;
    expect([first - (START - HISTORY_MS), START - last].every((ms) => ms >= 0 && ms < 120_000)).toBe(true);
    expect(Math.abs((trades.length * 5_000) / HISTORY_MS - 1)).toBeLessThan(0.15);
  }
});

test('ids run on from the past into the present without a hole, sequences and times only rise', () => {
  const market = createMarket(OPTIONS);
  advance(market, 20_000);
  for (const instrument of activeOf(market)) {
    const trades = tradesOf(instrument);
    expect(trades.at(-1)?.timeUs).toBeGreaterThan(START * 1000);
    const later = trades.slice(1).map((trade, at) => [trade, trades[at] as MarketTrade] as const);
    expect(later.every(([b, a]) => b.timeUs >= a.timeUs && b.sequence > a.sequence && b.id > a.id)).toBe(
      true,
    );
    if (instrument.listing.venue === 'bybit') continue;
    expect(later.filter(([b, a]) => b.id !== a.id + 1)).toEqual([]);
  }
});

test('prices run on: no step of the past or at the start is larger than a sweep and a walk of a minute', () => {
  const market = createMarket(OPTIONS);
  advance(market, 20_000);
  for (const instrument of activeOf(market)) {
    const prices = tradesOf(instrument).map(({ price }) => price);
    const steps = prices.slice(1).map((price, at) => Math.abs(price / (prices[at] ?? 1) - 1));
    expect(Math.max(...steps)).toBeLessThan(0.01);
    expect(Math.max(...prices) / Math.min(...prices)).toBeGreaterThan(1.001);
  }
});

test('the day of the start holds the trades since 00:00 UTC, those of the past included', () => {
  const midnight = Math.floor(START / 86_400_000) * 86_400_000;
  const market = createMarket({ ...OPTIONS, startMs: midnight + 2 * 3_600_000 });
  for (const instrument of activeOf(market)) {
    const { recent, day } = instrument;
    const today = recent.range(recent.positionOfTime(midnight * 1000), recent.size);
    expect(day.trades).toBe(today.length);
    expect(day.high).toBe(Math.max(...today.map(({ price }) => price)));
    expect(day.volume).toBe(today.reduce((sum, { size }) => sum + size, 0));
  }
});

test('one seed gives one past', () => {
  const past = (seed: number): string =>
    JSON.stringify(activeOf(createMarket({ ...OPTIONS, seed })).map(tradesOf));
  expect(past(5) === past(5)).toBe(true);
  expect(past(5) === past(6)).toBe(false);
});

test.each([
  [20, OPTIONS.venues],
  [2_000, OPTIONS.venues.filter(({ name }) => name === 'coinbase')],
])('at %i trades a second a restarted market has all of the last 30 s, in under 1 MB', (rate, venues) => {
  const options = { ...OPTIONS, venues, tradesPerSecond: rate };
  const market = createMarket(options);
  advance(market, 31_000);
  const text = JSON.stringify(market.save({ clean: true }));
  expect(text.length).toBeLessThan(1e6);
  const reopened = createMarket({ ...options, startMs: START + 60_000, saved: parseSavedMarket(text) });
  const since = (market.timeMs - 30_000) * 1000;
  const newest = ({ recent }: Instrument): MarketTrade[] =>
    recent.range(recent.positionOfTime(since), recent.size);
  const before = activeOf(market).map(newest);
  expect(JSON.stringify(activeOf(reopened).map(newest)) === JSON.stringify(before)).toBe(true);
  expect(before.flat().length).toBeGreaterThan(rate * 20);
  expect(Math.min(...activeOf(reopened).map(({ recent }) => recent.size))).toBeGreaterThanOrEqual(100);
});

test('a market that was killed uses no id, change id or sequence again, one that was stopped leaves out none', () => {
  const market = createMarket(OPTIONS);
  advance(market, 5_000);
  const killed = market.save();
  const stopped = market.save({ clean: true });
  const startMs = START + 8_000;
  const goneOn = createMarket({ ...OPTIONS, startMs, saved: killed });
  const orderly = createMarket({ ...OPTIONS, startMs, saved: stopped });
  expect(activeOf(orderly).map(({ nextTradeId }) => nextTradeId)).toEqual(
    activeOf(market).map(({ nextTradeId }) => nextTradeId),
  );
  expect([orderly.skippedIds, goneOn.skippedIds]).toEqual([0, 1_000 + 4 * 200 * 3]);
  // Whatever the killed one may have done until now stays below what the next one does.
  advance(market, 3_000);
  for (const [at, instrument] of activeOf(goneOn).entries()) {
    const before = activeOf(market)[at];
    expect(instrument.nextTradeId).toBeGreaterThan(before?.nextTradeId ?? Infinity);
    expect(instrument.changeId).toBeGreaterThan(before?.changeId ?? Infinity);
    expect(instrument.sequence).toBeGreaterThan(before?.sequence ?? Infinity);
  }
});

test('a market of one symbol on one venue that was killed does not use an id again either', () => {
  const venues = OPTIONS.venues.filter(({ name }) => name === 'bybit');
  for (const tradesPerSecond of [1, 50, 1_000]) {
    const options = { ...OPTIONS, venues, symbols: ['BTC/USDT'], tradesPerSecond, historyMs: 0 };
    const market = createMarket(options);
    const saved = market.save();
    const goneOn = createMarket({ ...options, startMs: START + 5_000, saved });
    advance(market, 5_000);
    const [before, after] = [activeOf(market)[0], activeOf(goneOn)[0]];
    expect(after?.nextTradeId).toBeGreaterThan(before?.nextTradeId ?? Infinity);
    expect(after?.changeId).toBeGreaterThan(before?.changeId ?? Infinity);
    expect(after?.sequence).toBeGreaterThan(before?.sequence ?? Infinity);
  }
});
