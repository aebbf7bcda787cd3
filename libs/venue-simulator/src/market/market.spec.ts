import fc from 'fast-check';
import { SIMULATED_VENUES } from '../venue-list';
import type { Instrument, MarketTrade } from './instrument';
import { createMarket } from './market';
import type { Market, MarketOptions } from './market';
import { parseSavedMarket } from './saved-market';

// Not a time limit: the market is computed, and a busy machine takes its time.
jest.setTimeout(60_000);

const START = 1_793_620_800_000;
const OPTIONS: MarketOptions = {
  seed: 11,
  tradesPerSecond: 500,
  symbols: ['BTC/USDT', 'ETH/USDT', 'BTC/USD', 'DOGE/USDT'],
  venues: SIMULATED_VENUES.map(({ traits }) => traits),
  startMs: START,
};

interface Event {
  readonly market: string;
  readonly trades: readonly MarketTrade[] | null;
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly changeId: number;
  readonly sequence: number;
}

function run(market: Market, untilMs: number, events: Event[] = []): Event[] {
  const note = (
    { listing, bid, ask, bidSize, changeId, sequence }: Instrument,
    trades: Event['trades'],
  ): void => {
    events.push({
      market: `${listing.venue}:${listing.symbol}`,
      trades,
      bid,
      ask,
      bidSize,
      changeId,
      sequence,
    });
  };
  market.advanceTo(untilMs, {
    onOrder: ({ instrument, trades }) => note(instrument, trades),
    onQuote: (instrument) => note(instrument, null),
  });
  return events;
}

const SECONDS = 20;
const session = run(createMarket(OPTIONS), START + SECONDS * 1_000);
const tradesOf = (market: string): MarketTrade[] =>
  session.flatMap((event) => (event.market === market ? (event.trades ?? []) : []));
const markets = [...new Set(session.map((event) => event.market))];

test('each venue trades the asked symbols that it lists, and no others', () => {
  expect(markets.sort()).toEqual([
    'binance:BTC/USDT',
    'binance:DOGE/USDT',
    'binance:ETH/USDT',
    'bybit:BTC/USDT',
    'bybit:DOGE/USDT',
    'bybit:ETH/USDT',
    'coinbase:BTC/USD',
    'coinbase:BTC/USDT',
    'coinbase:DOGE/USDT',
    'coinbase:ETH/USDT',
    'kraken:BTC/USD',
    'kraken:BTC/USDT',
    'kraken:DOGE/USDT',
    'kraken:ETH/USDT',
  ]);
});

test('the steps in which time is advanced do not change what happens', () => {
  const whole = JSON.stringify(run(createMarket(OPTIONS), START + 1_000));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 20 }), (steps) => {
      const market = createMarket(OPTIONS);
      const events: Event[] = [];
      let at = START;
      for (const step of steps) run(market, (at = Math.min(START + 1_000, at + step)), events);
      return JSON.stringify(run(market, START + 1_000, events)) === whole;
    }),
    { numRuns: 10 },
  );
});

test('another seed gives another market', () => {
  const other = run(createMarket({ ...OPTIONS, seed: 12 }), START + 1_000);
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(run(createMarket(OPTIONS), START + 1_000)));
});

test('a market saved through JSON and opened again goes on as if it had never stopped', () => {
  const market = createMarket(OPTIONS);
  run(market, START + 1_500);
  const saved = parseSavedMarket(JSON.stringify(market.save({ clean: true })));
  const reopened = createMarket({ ...OPTIONS, startMs: 0, saved });
  expect(reopened.timeMs).toBe(START + 1_500);
  // Compared as text: a difference of thousands of events is of no use as a printed one.
  const onward = JSON.stringify(run(reopened, START + 3_000));
  expect(onward === JSON.stringify(run(market, START + 3_000))).toBe(true);
  expect(reopened.save()).toEqual(market.save());
});

test('a market reopened with another seed and more symbols keeps its prices and ids', () => {
  const market = createMarket(OPTIONS);
  run(market, START + 1_500);
  const symbols = [...OPTIONS.symbols, 'SOL/USDT'];
  const reopened = createMarket({ ...OPTIONS, symbols, seed: 99, saved: market.save({ clean: true }) });
  const before = market.instrumentsOf('kraken').find(({ listing }) => listing.symbol === 'BTC/USD');
  const after = reopened.instrumentsOf('kraken').find(({ listing }) => listing.symbol === 'BTC/USD');
  expect(after?.nextTradeId).toBe(before?.nextTradeId);
  expect(after?.recent.newest).toEqual(before?.recent.newest);
  expect(run(reopened, START + 3_000).some((event) => event.market === 'bybit:SOL/USDT')).toBe(true);
});

test('time that is skipped holds no trades, and ids go on without a hole', () => {
  const market = createMarket(OPTIONS);
  run(market, START + 1_000);
  market.skipTo(START + 3_600_000);
  const later = run(market, START + 3_601_000);
  const [first] = later.flatMap((event) => event.trades ?? []);
  expect(first?.timeUs).toBeGreaterThan((START + 3_600_000) * 1000);
  const market2 = createMarket(OPTIONS);
  const earlier = run(market2, START + 1_000);
  const ids = (events: Event[]): number[] =>
    events
      .flatMap((event) => (event.market === 'binance:BTC/USDT' ? (event.trades ?? []) : []))
      .map(({ id }) => id);
  expect(ids(later)[0]).toBe((ids(earlier).at(-1) ?? 0) + 1);
});

test('the rate is what was asked for', () => {
  const trades = session.reduce((sum, event) => sum + (event.trades?.length ?? 0), 0);
  expect(Math.abs(trades / SECONDS / OPTIONS.tradesPerSecond - 1)).toBeLessThan(0.1);
});

test('quotes change about ten times as often as trades happen, on Coinbase about twice', () => {
  const ratio = (venue: string): number => {
    const here = session.filter((event) => event.market.startsWith(venue));
    const trades = here.reduce((sum, event) => sum + (event.trades?.length ?? 0), 0);
    return here.filter((event) => event.trades === null).length / trades;
  };
  for (const venue of ['binance', 'kraken', 'bybit']) {
    expect(ratio(venue)).toBeGreaterThan(8);
    expect(ratio(venue)).toBeLessThan(12);
  }
  expect(Math.round(ratio('coinbase'))).toBe(2);
});

test('trade ids rise by one, on Bybit with holes', () => {
  for (const market of markets) {
    const ids = tradesOf(market).map(({ id }) => id);
    const steps = new Set(ids.slice(1).map((id, at) => id - (ids[at] ?? 0)));
    if (!market.startsWith('bybit')) expect([...steps]).toEqual([1]);
    else expect(Math.min(...steps)).toBe(1);
  }
  const bybit = tradesOf('bybit:BTC/USDT').map(({ id }) => id);
  expect(Math.max(...bybit.slice(1).map((id, at) => id - (bybit[at] ?? 0)))).toBeGreaterThan(1);
});

test('orders sweep: several trades of one instant are common', () => {
  const orders = session.flatMap((event) => (event.trades === null ? [] : [event.trades]));
  const sweeps = orders.filter((trades) => trades.length > 1);
  expect(sweeps.length / orders.length).toBeGreaterThan(0.2);
  expect(sweeps.filter((trades) => new Set(trades.map(({ timeUs }) => timeUs)).size > 1)).toEqual([]);
  expect(Math.max(...sweeps.map((trades) => trades.length))).toBeGreaterThanOrEqual(12);
});

test('takers buy at the visible ask and sell at the visible bid; the rest of a sweep trades behind it', () => {
  const book = new Map<string, Event>();
  let checked = 0;
  const wrong: Event[] = [];
  for (const event of session) {
    const visible = book.get(event.market);
    if (event.trades === null) book.set(event.market, event);
    else if (visible !== undefined) {
      const [first] = event.trades;
      const atTop = first?.price === (first?.takerBuys ? visible.ask : visible.bid);
      const behind = event.trades.every(({ price, takerBuys }) =>
        takerBuys ? price >= visible.ask : price <= visible.bid,
      );
      if (!atTop || !behind) wrong.push(event);
      checked++;
    }
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(4_000);
});

test('no book is ever crossed or empty, and change ids and sequences only rise', () => {
  const last = new Map<string, Event>();
  const wrong = session.filter((event) => {
    const before = last.get(event.market);
    if (event.trades === null) last.set(event.market, event);
    const crossed = event.ask <= event.bid || event.bid <= 0 || event.bidSize <= 0;
    const unordered =
      event.trades === null &&
      before !== undefined &&
      (event.changeId !== before.changeId + 1 || event.sequence <= before.sequence);
    return crossed || unordered;
  });
  expect(wrong).toEqual([]);
});

test('all venues follow one price: their mids differ by a few basis points, and USD from USDT a little', () => {
  const market = createMarket(OPTIONS);
  run(market, START + 5_000);
  const mids = new Map<string, number>();
  for (const venue of ['binance', 'coinbase', 'kraken', 'bybit']) {
    for (const { listing, bid, ask } of market.instrumentsOf(venue)) {
      mids.set(`${venue}:${listing.symbol}`, (bid + ask) / 2 / 10 ** listing.priceDecimals);
    }
  }
  const fair = mids.get('binance:BTC/USDT') ?? 0;
  for (const venue of ['coinbase', 'kraken', 'bybit']) {
    const mid = mids.get(`${venue}:BTC/USDT`) ?? 0;
    expect(Math.abs(mid / fair - 1)).toBeLessThan(0.0005);
    expect(mid).not.toBe(fair);
  }
  expect(Math.abs((mids.get('kraken:BTC/USD') ?? 0) / fair - 1)).toBeLessThan(0.003);
});

test('events come in order of time', () => {
  const times = session.flatMap((event) => event.trades?.[0]?.timeUs ?? []);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('a saved market that is damaged is refused with a sentence', () => {
  expect(() => parseSavedMarket('{')).toThrow('The saved market is not JSON');
  const saved = createMarket(OPTIONS).save();
  const damaged = JSON.stringify({ ...saved, timeUs: 'yesterday' });
  expect(() => parseSavedMarket(damaged)).toThrow(/The saved market cannot be read \(timeUs: .*remove it/);
});

test('takers tear a spread open for a moment only: half of the time it is a few ticks or basis points', () => {
  const events = run(createMarket({ ...OPTIONS, symbols: ['SOL/USDT'], seed: 3 }), START + 15_000);
  for (const market of new Set(events.map((event) => event.market))) {
    const spreads = events
      .filter((event) => event.market === market)
      .map(({ bid, ask }) => ({ ticks: ask - bid, bps: ((ask - bid) / ask) * 10_000 }))
      .sort((a, b) => a.bps - b.bps);
    const median = spreads[Math.floor(spreads.length / 2)];
    expect(Math.min(median?.ticks ?? Infinity, median?.bps ?? Infinity)).toBeLessThanOrEqual(5);
  }
});
