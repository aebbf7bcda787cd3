import { RetryableError } from '@neuraltrade/contracts';
import { kraken } from '.';
import { fetchKlines, opensBetween } from '../conformance/kline-paging';

const FROM = 1_789_387_200_000;
const MINUTE_MS = 60_000;
const LATER = FROM + 10_000 * MINUTE_MS;

const NEWEST = FROM + 2_000 * MINUTE_MS;

/** The endpoint: the newest 720 after `since`, the last one open. */
function serve({ pathname, searchParams }: URL): unknown {
  expect(pathname).toBe('/0/public/OHLC');
  expect(searchParams.get('interval')).toBe('1');
  const rows = opensBetween(NEWEST - 719 * MINUTE_MS, NEWEST + 1, MINUTE_MS)
    .map((time) => time / 1_000)
    .filter((time) => time > Number(searchParams.get('since')))
    .map((time) => [time, '1.5', '2.0', '1.0', '1.6', '1.3', '3.00000000', 7]);
  return { error: [], result: { 'BTC/USD': rows, last: NEWEST / 1_000 - 60 } };
}

test('one request gives what the venue still has of the range', () => {
  const range = { symbol: 'BTC/USD', timeframe: '1m', from: FROM, to: NEWEST };
  const { klines, requests } = fetchKlines(kraken, range, serve, LATER);
  expect(requests.map(({ path }) => path)).toEqual([
    `/0/public/OHLC?pair=BTC%2FUSD&interval=1&since=${FROM / 1_000 - 1}`,
  ]);
  expect(klines).toHaveLength((kraken.klines.reach ?? 0) - 1);
  expect(klines[0]).toMatchObject({ trades: 7, vwap: 1.3, vwapError: 0.1 });
});

test('the first interval of a range is in it, whether since is inclusive or not', () => {
  const from = NEWEST - 5 * MINUTE_MS;
  const range = { symbol: 'BTC/USD', timeframe: '1m', from, to: NEWEST };
  expect(fetchKlines(kraken, range, serve, LATER).klines[0]?.timestamp).toBe(from);
});

test('the open candle is told by the venue and not by a clock', () => {
  const range = { symbol: 'BTC/USD', timeframe: '1m', from: NEWEST - MINUTE_MS, to: NEWEST + MINUTE_MS };
  const { klines } = fetchKlines(kraken, range, serve, LATER);
  expect(klines.map(({ closed }) => closed)).toEqual([true, false]);
});

test('a rate limit inside a 200 asks to come again later', () => {
  const range = { symbol: 'BTC/USD', timeframe: '1m', from: FROM, to: NEWEST };
  const ask = () => fetchKlines(kraken, range, () => ({ error: ['EAPI:Rate limit exceeded'] }), LATER);
  expect(ask).toThrow(RetryableError);
});
