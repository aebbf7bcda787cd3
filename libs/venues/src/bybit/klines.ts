import { timeframeMs } from '@neuraltrade/contracts';
import { unreadable } from '../history-rows';
import { integerMs } from '../instant';
import { isList } from '../json-value';
import type { Kline, KlineHistory, KlinePage, KlineRange } from '../kline';
import { klineOf, klinePage, klineWindow, meanOfTurnover } from '../kline-rows';
import { queryValue, restPath } from '../rest-path';
import type { RestRequest } from '../venue';
import { resultOf } from './history';
import { nativeSymbol } from './subscribe';

const PAGE = 1_000;
/** The venue's spelling of each length: minutes, and D for a day. */
const INTERVALS: ReadonlyMap<string, string> = new Map([
  ['1m', '1'],
  ['3m', '3'],
  ['5m', '5'],
  ['15m', '15'],
  ['30m', '30'],
  ['1h', '60'],
  ['2h', '120'],
  ['4h', '240'],
  ['6h', '360'],
  ['12h', '720'],
  ['1d', 'D'],
]);

/** `GET /v5/market/kline`: newest first, without counts of trades. */
export const klines: KlineHistory = {
  timeframes: [...INTERVALS.keys()],
  reach: null,
  firstRequest(range: KlineRange): RestRequest | null {
    return page(range, range.from);
  },
  decode(range: KlineRange, request: RestRequest, body: string, receivedAt: number): KlinePage {
    const { list } = resultOf(body, 'candles');
    if (!isList(list)) throw unreadable('Bybit', 'candles', 'there is no list of candles');
    const lengthMs = timeframeMs(range.timeframe) ?? 0;
    const asked = Number(queryValue(request.path, 'start'));
    return klinePage(
      range,
      list,
      (row) => decodeRow(row, lengthMs, receivedAt),
      page(range, asked + PAGE * lengthMs),
    );
  },
};

function page(range: KlineRange, from: number): RestRequest | null {
  const interval = INTERVALS.get(range.timeframe);
  const window = klineWindow(range, from, PAGE);
  if (interval === undefined || window === null) return null;
  const query = { category: 'spot', symbol: nativeSymbol(range.symbol), interval };
  return {
    path: restPath('/v5/market/kline', {
      ...query,
      start: window.first,
      end: window.last,
      limit: window.count,
    }),
    weight: 1,
  };
}

/** `[open time, open, high, low, close, volume, turnover]`, all texts. */
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
    trades: null,
    vwap: meanOfTurnover(row[6], row[5], turnoverUnit(row[6]), 'plain'),
    closed: timestamp !== null && timestamp + lengthMs <= receivedAt,
    form: 'plain',
  });
}

/** Padding zeros are left out, so the printed digits may be fewer than the real ones: at most eight are taken for all. */
function turnoverUnit(raw: unknown): number {
  const decimals = typeof raw === 'string' ? (raw.split('.')[1]?.length ?? 0) : 0;
  return 10 ** -Math.min(8, decimals);
}
