import { timeframeMs } from '@neuraltrade/contracts';
import { restJson, unreadable } from '../history-rows';
import { decimalSecondsToMs } from '../instant';
import { isList, isObject } from '../json-value';
import { pagedKlines } from '../paged-klines';
import { restPath } from '../rest-path';
import { nativeSymbol } from './subscribe';

/** `GET /products/{id}/candles`: newest first; an interval without trades is left out, a range of more candles is refused. */
export const klines = pagedKlines({
  timeframes: ['1m', '5m', '15m', '1h', '6h', '1d'],
  pageSize: 300,
  startParameter: 'start',
  startUnitMs: 1_000,
  request({ symbol, timeframe }, { first, last }) {
    const path = `/products/${encodeURIComponent(nativeSymbol(symbol))}/candles`;
    const granularity = (timeframeMs(timeframe) ?? 0) / 1_000;
    return { path: restPath(path, { granularity, start: first / 1_000, end: last / 1_000 }), weight: 1 };
  },
  rows(body) {
    const rows = restJson('Coinbase', 'candles', body);
    if (isList(rows)) return rows;
    throw unreadable('Coinbase', 'candles', (isObject(rows) ? rows['message'] : undefined) ?? 'no list');
  },
  // `[seconds, low, high, open, close, volume]` as JSON numbers: low comes before high, and both before open.
  fields: (row) => ({
    timestamp: decimalSecondsToMs(row[0]),
    open: row[3],
    high: row[2],
    low: row[1],
    close: row[4],
    volume: row[5],
    trades: null,
    vwap: null,
    form: 'scientific',
  }),
});
