import { timeframeMs } from '@neuraltrade/contracts';
import { restJson, unreadable } from '../history-rows';
import { integerMs } from '../instant';
import { isList, isObject } from '../json-value';
import type { Kline, KlineHistory, KlinePage, KlineRange } from '../kline';
import { klineOf, klinePage, klineWindow, meanOfTurnover } from '../kline-rows';
import { queryValue, restPath } from '../rest-path';
import type { RestRequest } from '../venue';
import { nativeSymbol } from './subscribe';

const PAGE = 1_000;
const WEIGHT = 2;
/** Turnover is printed to this, quote currency. */
const TURNOVER_UNIT = 1e-8;
const TIMEFRAMES = ['1s', '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d'];

/** `GET /api/v3/klines`: ascending; an interval without trades repeats the last close. */
export const klines: KlineHistory = {
  timeframes: TIMEFRAMES,
  reach: null,
  firstRequest(range: KlineRange): RestRequest | null {
    return TIMEFRAMES.includes(range.timeframe) ? page(range, range.from) : null;
  },
  decode(range: KlineRange, request: RestRequest, body: string, receivedAt: number): KlinePage {
    const rows = restJson('Binance', 'klines', body);
    if (!isList(rows))
      throw unreadable('Binance', 'klines', (isObject(rows) ? rows['msg'] : undefined) ?? 'no list');
    const lengthMs = timeframeMs(range.timeframe) ?? 0;
    const asked = Number(queryValue(request.path, 'startTime'));
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
  const { symbol, timeframe } = range;
  const query = { symbol: nativeSymbol(symbol), interval: timeframe, startTime: window.first };
  // The end counts by open time and is inclusive.
  return {
    path: restPath('/api/v3/klines', { ...query, endTime: window.last, limit: window.count }),
    weight: WEIGHT,
  };
}

/** `[open time, open, high, low, close, volume, close time, turnover, trades, ...]`. */
function decodeRow(row: unknown, lengthMs: number, receivedAt: number): Kline | undefined {
  if (!isList(row)) return undefined;
  const timestamp = integerMs(row[0]);
  return klineOf({
    timestamp,
    open: row[1],
    high: row[2],
    low: row[3],
    close: row[4],
    volume: row[5],
    trades: row[8] ?? undefined,
    vwap: meanOfTurnover(row[7], row[5], TURNOVER_UNIT, 'plain'),
    closed: timestamp !== null && timestamp + lengthMs <= receivedAt,
    form: 'plain',
  });
}
