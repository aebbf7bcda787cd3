import { restJson, unreadable } from '../history-rows';
import { integerMs } from '../instant';
import { isList, isObject } from '../json-value';
import { meanOfTurnover } from '../kline-rows';
import { pagedKlines } from '../paged-klines';
import { restPath } from '../rest-path';
import { nativeSymbol } from './subscribe';

/** Turnover is printed to this, quote currency. */
const TURNOVER_UNIT = 1e-8;

/** `GET /api/v3/klines`: ascending; an interval without trades repeats the last close. */
export const klines = pagedKlines({
  timeframes: ['1s', '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d'],
  pageSize: 1_000,
  startParameter: 'startTime',
  startUnitMs: 1,
  request({ symbol, timeframe }, { first, last, count }) {
    const query = { symbol: nativeSymbol(symbol), interval: timeframe, startTime: first };
    // The end counts by open time and is inclusive.
    return { path: restPath('/api/v3/klines', { ...query, endTime: last, limit: count }), weight: 2 };
  },
  rows(body) {
    const rows = restJson('Binance', 'klines', body);
    if (isList(rows)) return rows;
    throw unreadable('Binance', 'klines', (isObject(rows) ? rows['msg'] : undefined) ?? 'no list');
  },
  // `[open time, open, high, low, close, volume, close time, turnover, trades, ...]`.
  fields: (row) => ({
    timestamp: integerMs(row[0]),
    open: row[1],
    high: row[2],
    low: row[3],
    close: row[4],
    volume: row[5],
    trades: row[8] ?? undefined,
    vwap: meanOfTurnover(row[7], row[5], TURNOVER_UNIT, 'plain'),
    form: 'plain',
  }),
});
