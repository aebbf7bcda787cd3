import { PermanentError } from '@neuraltrade/contracts';
import { binance } from '.';
import { fetchKlines, opensBetween } from '../conformance/kline-paging';

const FROM = 1_789_387_200_000;
const MINUTE_MS = 60_000;
const LATER = FROM + 10_000 * MINUTE_MS;

/** The endpoint over endless minutes: ascending by open time, both bounds inclusive, at most `limit`. */
function serve({ pathname, searchParams }: URL): unknown {
  expect(pathname).toBe('/api/v3/klines');
  const [start, end, limit] = ['startTime', 'endTime', 'limit'].map((name) => Number(searchParams.get(name)));
  expect(limit).toBeLessThanOrEqual(1_000);
  return opensBetween(start ?? 0, (end ?? 0) + 1, MINUTE_MS)
    .slice(0, limit)
    .map((time) => [time, '1.5', '2', '1', '1.6', '3', time + MINUTE_MS - 1, '4.5', 2, '1', '1.5', '0']);
}

test('a range of 2,500 minutes is three pages of weight 2 that meet without hole or overlap', () => {
  const range = { symbol: 'BTC/USDT', timeframe: '1m', from: FROM, to: FROM + 2_500 * MINUTE_MS };
  const { klines, requests } = fetchKlines(binance, range, serve, LATER);
  expect(klines.map(({ timestamp }) => timestamp)).toEqual(opensBetween(FROM, range.to, MINUTE_MS));
  expect(requests.map(({ weight }) => weight)).toEqual([2, 2, 2]);
  expect(requests[0]?.path).toBe(
    `/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=${FROM}&endTime=${FROM + 999 * MINUTE_MS}&limit=1000`,
  );
  expect(klines[0]).toMatchObject({ trades: 2, vwap: 1.5, vwapError: 1e-8 / 3 });
});

test('a page without any candle does not end the paging: the venue may have been away', () => {
  const range = { symbol: 'BTC/USDT', timeframe: '1m', from: FROM, to: FROM + 1_500 * MINUTE_MS };
  const away = (url: URL) => (url.searchParams.get('startTime') === String(FROM) ? [] : serve(url));
  expect(fetchKlines(binance, range, away, LATER).klines).toHaveLength(500);
});

test('an error keeps the venue words', () => {
  const range = { symbol: 'BTC/USDT', timeframe: '1m', from: FROM, to: FROM + MINUTE_MS };
  const ask = () => fetchKlines(binance, range, () => ({ code: -1121, msg: 'Invalid symbol.' }), LATER);
  expect(ask).toThrow(PermanentError);
  expect(ask).toThrow('Invalid symbol.');
});
