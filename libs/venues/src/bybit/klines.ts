import { unreadable } from '../history-rows';
import { integerMs } from '../instant';
import { isList } from '../json-value';
import { meanOfTurnover } from '../kline-rows';
import { pagedKlines } from '../paged-klines';
import { restPath } from '../rest-path';
import { resultOf } from './history';
import { nativeSymbol } from './subscribe';

/** The venue's spelling of each length: minutes, and D for a day. */
const INTERVALS: Readonly<Record<string, string>> = {
  '1m': '1',
  '3m': '3',
  '5m': '5',
  '15m': '15',
  '30m': '30',
  '1h': '60',
  '2h': '120',
  '4h': '240',
  '6h': '360',
  '12h': '720',
  '1d': 'D',
};

/** `GET /v5/market/kline`: newest first, without counts of trades. */
export const klines = pagedKlines({
  timeframes: Object.keys(INTERVALS),
  pageSize: 1_000,
  startParameter: 'start',
  startUnitMs: 1,
  request({ symbol, timeframe }, { first, last, count }) {
    const interval = INTERVALS[timeframe] ?? '';
    const query = { category: 'spot', symbol: nativeSymbol(symbol), interval };
    return {
      path: restPath('/v5/market/kline', { ...query, start: first, end: last, limit: count }),
      weight: 1,
    };
  },
  rows(body) {
    const { list } = resultOf(body, 'candles');
    if (isList(list)) return list;
    throw unreadable('Bybit', 'candles', 'there is no list of candles');
  },
  // `[open time, open, high, low, close, volume, turnover]`, all texts.
  fields: (row) => ({
    timestamp: integerMs(row[0]),
    open: row[1],
    high: row[2],
    low: row[3],
    close: row[4],
    volume: row[5],
    trades: null,
    vwap: meanOfTurnover(row[6], row[5], turnoverUnit(row[6]), 'plain'),
    form: 'plain',
  }),
});

/** Padding zeros are left out, so the printed digits may be fewer than the real ones: at most eight are taken for all. */
function turnoverUnit(raw: unknown): number {
  const decimals = typeof raw === 'string' ? (raw.split('.')[1]?.length ?? 0) : 0;
  return 10 ** -Math.min(8, decimals);
}
