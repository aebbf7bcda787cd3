import { coinbase } from '.';
import { fetchKlines, opensBetween } from '../conformance/kline-paging';

const FROM = 1_789_387_200_000;
const MINUTE_MS = 60_000;
const LATER = FROM + 10_000 * MINUTE_MS;

/** The endpoint: newest first, refused above 300 points; only even minutes have trades. */
function serve({ pathname, searchParams }: URL): unknown {
  expect(pathname).toBe('/products/BTC-USD/candles');
  expect(searchParams.get('granularity')).toBe('60');
  const [start, end] = ['start', 'end'].map((name) => Number(searchParams.get(name)));
  const times = opensBetween(start ?? 0, (end ?? 0) + 1, 60);
  if (times.length > 300) return { message: 'granularity too small for the requested time range' };
  return times
    .filter((time) => time % 120 === 0)
    .reverse()
    .map((time) => [time, 1, 2, 1.5, 1.6, 3]);
}

test('pages go by time, 300 intervals each, also where intervals without trades are left out', () => {
  const range = { symbol: 'BTC/USD', timeframe: '1m', from: FROM, to: FROM + 700 * MINUTE_MS };
  const { klines, requests } = fetchKlines(coinbase, range, serve, LATER);
  expect(klines.map(({ timestamp }) => timestamp)).toEqual(opensBetween(FROM, range.to, 2 * MINUTE_MS));
  expect(requests.map(({ path }) => path)).toEqual(
    [
      [0, 299],
      [300, 599],
      [600, 699],
    ].map(
      ([first = 0, last = 0]) =>
        `/products/BTC-USD/candles?granularity=60&start=${FROM / 1_000 + first * 60}&end=${FROM / 1_000 + last * 60}`,
    ),
  );
});

test('the low comes before the high, and the open after both', () => {
  const range = { symbol: 'BTC/USD', timeframe: '1m', from: FROM, to: FROM + MINUTE_MS };
  expect(fetchKlines(coinbase, range, serve, LATER).klines).toEqual([
    {
      timestamp: FROM,
      open: 1.5,
      high: 2,
      low: 1,
      close: 1.6,
      volume: 3,
      trades: null,
      vwap: null,
      vwapError: 0,
      closed: true,
    },
  ]);
});

test('a refusal keeps the venue words', () => {
  const range = { symbol: 'BTC/USD', timeframe: '1m', from: FROM, to: FROM + MINUTE_MS };
  expect(() => fetchKlines(coinbase, range, () => ({ message: 'NotFound' }), LATER)).toThrow('NotFound');
});
