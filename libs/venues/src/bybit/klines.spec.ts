import { RetryableError } from '@neuraltrade/contracts';
import { bybit } from '.';
import { fetchKlines, opensBetween } from '../conformance/kline-paging';

const FROM = 1_789_387_200_000;
const MINUTE_MS = 60_000;
const LATER = FROM + 10_000 * MINUTE_MS;

/** The endpoint: newest first, at most `limit` of the range's end. */
function serve({ pathname, searchParams }: URL): unknown {
  expect(pathname).toBe('/v5/market/kline');
  expect(searchParams.get('category')).toBe('spot');
  const [start, end, limit] = ['start', 'end', 'limit'].map((name) => Number(searchParams.get(name)));
  const list = opensBetween(start ?? 0, (end ?? 0) + 1, 3_600_000)
    .reverse()
    .slice(0, limit)
    .map((time) => [String(time), '1.5', '2', '1', '1.6', '3', '4.5']);
  return { retCode: 0, retMsg: 'OK', result: { category: 'spot', symbol: 'BTCUSDT', list } };
}

test('no page asks for more than the venue gives, so that newest-first pages lose nothing', () => {
  const from = FROM - (FROM % 3_600_000);
  const range = { symbol: 'BTC/USDT', timeframe: '1h', from, to: from + 1_700 * 3_600_000 };
  const { klines, requests } = fetchKlines(bybit, range, serve, LATER);
  expect(klines.map(({ timestamp }) => timestamp)).toEqual(opensBetween(from, range.to, 3_600_000));
  expect(requests).toHaveLength(2);
  expect(requests[0]?.path).toContain('&interval=60&');
});

test('a mean price is turnover by volume, as exact as the turnover is printed', () => {
  const range = { symbol: 'BTC/USDT', timeframe: '1h', from: FROM - (FROM % 3_600_000), to: FROM };
  const [kline] = fetchKlines(bybit, { ...range, to: range.from + 3_600_000 }, serve, LATER).klines;
  expect(kline).toMatchObject({ trades: null, vwap: 1.5, vwapError: 0.1 / 3 });
});

test('a rate limit inside a 200 asks to come again later', () => {
  const range = { symbol: 'BTC/USDT', timeframe: '1m', from: FROM, to: FROM + MINUTE_MS };
  const ask = () => fetchKlines(bybit, range, () => ({ retCode: 10006, retMsg: 'Too many visits!' }), LATER);
  expect(ask).toThrow(RetryableError);
});
