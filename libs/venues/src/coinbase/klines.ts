import { timeframeMs } from '@neuraltrade/contracts';
import { restJson, unreadable } from '../history-rows';
import { decimalSecondsToMs } from '../instant';
import { isList, isObject } from '../json-value';
import type { Kline, KlineHistory, KlinePage, KlineRange } from '../kline';
import { klineOf, klinePage, klineWindow } from '../kline-rows';
import { queryValue, restPath } from '../rest-path';
import type { RestRequest } from '../venue';
import { nativeSymbol } from './subscribe';

/** A range of more candles is refused. */
const PAGE = 300;
const TIMEFRAMES = ['1m', '5m', '15m', '1h', '6h', '1d'];

/** `GET /products/{id}/candles`: newest first; an interval without trades is left out. */
export const klines: KlineHistory = {
  timeframes: TIMEFRAMES,
  reach: null,
  firstRequest(range: KlineRange): RestRequest | null {
    return TIMEFRAMES.includes(range.timeframe) ? page(range, range.from) : null;
  },
  decode(range: KlineRange, request: RestRequest, body: string, receivedAt: number): KlinePage {
    const rows = restJson('Coinbase', 'candles', body);
    if (!isList(rows))
      throw unreadable('Coinbase', 'candles', (isObject(rows) ? rows['message'] : undefined) ?? 'no list');
    const lengthMs = timeframeMs(range.timeframe) ?? 0;
    const asked = Number(queryValue(request.path, 'start')) * 1_000;
    return klinePage(
      range,
      rows,
      (row) => decodeRow(row, lengthMs, receivedAt),
      page(range, asked + PAGE * lengthMs),
    );
  },
};

function page(range: KlineRange, from: number): RestRequest | null {
  const window = klineWindow(range, from, PAGE);
  if (window === null) return null;
  const path = `/products/${encodeURIComponent(nativeSymbol(range.symbol))}/candles`;
  const query = { start: window.first / 1_000, end: window.last / 1_000 };
  const granularity = (timeframeMs(range.timeframe) ?? 0) / 1_000;
  return { path: restPath(path, { granularity, ...query }), weight: 1 };
}

/** `[seconds, low, high, open, close, volume]` as JSON numbers: low comes before high, and both before open. */
function decodeRow(row: unknown, lengthMs: number, receivedAt: number): Kline | undefined {
  if (!isList(row)) return undefined;
  const timestamp = decimalSecondsToMs(row[0]);
  return klineOf({
    timestamp,
    open: row[3],
    high: row[2],
    low: row[1],
    close: row[4],
    volume: row[5],
    trades: null,
    vwap: null,
    closed: timestamp !== null && timestamp + lengthMs <= receivedAt,
    form: 'scientific',
  });
}
