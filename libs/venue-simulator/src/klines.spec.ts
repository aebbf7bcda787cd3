import { type Kline, type KlineRange, type TradeEvent, type Venue, venues } from '@neuraltrade/venues';
import { startVirtualSimulator, VIRTUAL_START_MS } from './testing/virtual-simulator';
import type { VirtualSimulator } from './testing/virtual-simulator';

jest.setTimeout(60_000);

const MINUTE_MS = 60_000;
const SYMBOL = 'BTC/USDT';
const PAST_MINUTES = 20;
let virtual: VirtualSimulator;

// So few trades that some minutes have none, at every venue.
beforeAll(async () => {
  virtual = await startVirtualSimulator({
    symbols: [SYMBOL],
    tradesPerSecond: 0.1,
    historyMs: PAST_MINUTES * MINUTE_MS,
  });
  virtual.advance(30 * MINUTE_MS + 20_000);
});
afterAll(() => virtual.stop());

async function get(venue: string, path: string): Promise<{ status: number; headers: Headers; text: string }> {
  virtual.jump(1_000);
  const response = await fetch((virtual.simulator.endpoints.get(venue)?.restUrl ?? '') + path);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

async function klinesOf({ name, klines }: Venue, range: KlineRange): Promise<Kline[]> {
  const all: Kline[] = [];
  for (let request = klines.firstRequest(range); request !== null;) {
    const { status, text } = await get(name, request.path);
    expect(status).toBe(200);
    const page = klines.decode(range, request, text, virtual.now());
    expect(page.refused).toBe(0);
    all.push(...page.klines);
    request = page.next;
  }
  return all;
}

/** The venue's newest trades, ascending: all of them, or as many as it serves. */
async function tradesOf({ name, tradeHistory }: Venue): Promise<TradeEvent[]> {
  const range = {
    symbol: SYMBOL,
    afterTradeId: null,
    beforeTradeId: null,
    fromTimestamp: 0,
    toTimestamp: null,
  };
  const request = tradeHistory.firstRequest({
    ...range,
    fromTimestamp: VIRTUAL_START_MS - PAST_MINUTES * MINUTE_MS,
  });
  const { text, headers } = await get(name, request?.path ?? '');
  return tradeHistory.decode(
    range,
    request ?? { path: '', weight: 1 },
    text,
    Object.fromEntries(headers),
    virtual.now(),
  ).trades;
}

const lastOpen = () => virtual.now() - (virtual.now() % MINUTE_MS);
const minutes = (count: number): KlineRange => ({
  symbol: SYMBOL,
  timeframe: '1m',
  from: lastOpen() - count * MINUTE_MS,
  to: lastOpen(),
});

describe.each(venues.map((venue) => [venue.name, venue] as const))('%s', (name, venue) => {
  test('its candles are made of exactly the trades that its history serves', async () => {
    const trades = await tradesOf(venue);
    const from = Math.ceil((trades[0]?.timestamp ?? 0) / MINUTE_MS) * MINUTE_MS;
    const range = { symbol: SYMBOL, timeframe: '1m', from, to: lastOpen() };
    const traded = (await klinesOf(venue, range)).filter(({ volume }) => volume > 0);
    expect(traded.length).toBeGreaterThan(5);
    const opens = [...new Set(trades.map(({ timestamp }) => timestamp - (timestamp % MINUTE_MS)))];
    expect(traded.map(({ timestamp }) => timestamp)).toEqual(
      opens.filter((open) => open >= from && open < range.to),
    );
    for (const kline of traded) {
      const own = trades.filter(({ timestamp }) => timestamp - (timestamp % MINUTE_MS) === kline.timestamp);
      const prices = own.map(({ price }) => price);
      const volume = own.reduce((sum, { size }) => sum + size, 0);
      const notional = own.reduce((sum, { size, price }) => sum + size * price, 0);
      expect([kline.open, kline.high, kline.low, kline.close]).toEqual([
        prices[0],
        Math.max(...prices),
        Math.min(...prices),
        prices.at(-1),
      ]);
      expect(kline.volume).toBeCloseTo(volume, 10);
      expect([null, own.length]).toContain(kline.trades);
      if (kline.vwap !== null)
        expect(Math.abs(kline.vwap - notional / volume)).toBeLessThanOrEqual(kline.vwapError + 1e-9);
    }
  });

  test('a minute without trades is left out, or repeats the last close, as the venue does it', async () => {
    const all = await klinesOf(venue, minutes(25));
    const empty = all.filter(({ volume }) => volume === 0);
    if (name === 'coinbase') {
      expect(all.length).toBeLessThan(25);
      expect(empty).toEqual([]);
      return;
    }
    expect(all).toHaveLength(25);
    expect(empty.length).toBeGreaterThan(0);
    for (const kline of empty) {
      const before = all.find(({ timestamp }) => timestamp === kline.timestamp - MINUTE_MS);
      const close = before?.close ?? kline.close;
      expect(kline).toMatchObject({ open: close, high: close, low: close, close, vwap: null });
    }
  });

  test('its past begins with the first whole minute that its history holds', async () => {
    const all = await klinesOf(venue, minutes(120));
    expect(all.length).toBeLessThanOrEqual(PAST_MINUTES + 31);
    expect(all[0]?.timestamp).toBeGreaterThanOrEqual(VIRTUAL_START_MS - PAST_MINUTES * MINUTE_MS);
  });

  test('the open candle is served and told from the closed ones', async () => {
    const all = await klinesOf(venue, { ...minutes(3), to: lastOpen() + MINUTE_MS });
    expect(all.every(({ timestamp, closed }) => closed === timestamp < lastOpen())).toBe(true);
  });
});

test('a market that goes on serves no candle of which it forgot a part', async () => {
  const saved = virtual.simulator.save();
  const startMs = virtual.now() + 30_000;
  const later = await startVirtualSimulator({
    symbols: [SYMBOL],
    tradesPerSecond: 5,
    savedMarket: saved,
    now: () => startMs,
  });
  try {
    later.advance(3 * MINUTE_MS);
    const base = later.simulator.endpoints.get('binance')?.restUrl ?? '';
    const rows = (await (
      await fetch(`${base}/api/v3/klines?symbol=BTCUSDT&interval=1m`)
    ).json()) as number[][];
    expect(rows[0]?.[0]).toBe(Math.ceil(startMs / MINUTE_MS) * MINUTE_MS);
  } finally {
    await later.stop();
  }
});

test('Binance counts two of its weight for a page of klines and refuses in its own words', async () => {
  const used = async (path: string): Promise<number> =>
    Number((await get('binance', path)).headers.get('x-mbx-used-weight-1m'));
  const path = '/api/v3/klines?symbol=BTCUSDT&interval=1m';
  const before = await used(path);
  const after = await used(path);
  // A new minute of the clock may have begun in between.
  expect([2, before + 2]).toContain(after);
  expect((await get('binance', '/api/v3/klines?symbol=BTCUSDT&interval=7m')).text).toContain(
    'Invalid interval.',
  );
});

test('Coinbase refuses a range of more than 300 candles and prints low before high, newest first', async () => {
  const end = lastOpen() / 1_000;
  const path = (count: number) =>
    `/products/BTC-USDT/candles?granularity=60&start=${end - (count - 1) * 60}&end=${end}`;
  expect((await get('coinbase', path(301))).status).toBe(400);
  const { status, text } = await get('coinbase', path(300));
  expect(status).toBe(200);
  const rows = JSON.parse(text) as number[][];
  expect(rows.map(([time]) => time)).toEqual(rows.map(([time]) => time).sort((a = 0, b = 0) => b - a));
  expect(rows.every(([, low = 0, high = 0, open = 0, close = 0]) => low <= Math.min(open, close, high))).toBe(
    true,
  );
});

test('Kraken always serves the open candle, and nothing before its newest 720', async () => {
  const { text } = await get(
    'kraken',
    `/0/public/OHLC?pair=BTC/USDT&interval=1&since=${lastOpen() / 1_000 + 600}`,
  );
  const { result } = JSON.parse(text) as { result: Record<string, unknown> };
  expect((result['BTC/USDT'] as number[][]).map(([time]) => time)).toEqual([lastOpen() / 1_000]);
  expect(result['last']).toBe(lastOpen() / 1_000 - 60);
});

test('Bybit gives the newest of a range that is larger than its limit', async () => {
  const path = `/v5/market/kline?category=spot&symbol=BTCUSDT&interval=1&start=0&end=${lastOpen()}&limit=2`;
  const { result } = JSON.parse((await get('bybit', path)).text) as { result: { list: string[][] } };
  expect(result.list.map(([time]) => Number(time))).toEqual([lastOpen(), lastOpen() - MINUTE_MS]);
});
