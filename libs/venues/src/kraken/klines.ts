import { timeframeMs } from '@neuraltrade/contracts';
import { decimalValue } from '../decimal';
import { unreadable } from '../history-rows';
import { decimalSecondsToMs } from '../instant';
import { isList } from '../json-value';
import type { Kline, KlineHistory, KlinePage, KlineRange } from '../kline';
import type { MeanPrice } from '../kline-rows';
import { klineOf, klinePage } from '../kline-rows';
import { restPath } from '../rest-path';
import type { RestRequest } from '../venue';
import { resultOf } from './history';
import { nativeSymbol } from './subscribe';

const REACH = 720;
const TIMEFRAMES = ['1m', '5m', '15m', '30m', '1h', '4h', '1d'];

/** `GET /0/public/OHLC`: the newest 720 and no more, ascending; the last one is open. */
export const klines: KlineHistory = {
  timeframes: TIMEFRAMES,
  reach: REACH,
  firstRequest({ symbol, timeframe, from }: KlineRange): RestRequest | null {
    if (!TIMEFRAMES.includes(timeframe)) return null;
    const interval = (timeframeMs(timeframe) ?? 0) / 60_000;
    // Whether `since` includes its own second is said differently in different places: one second before includes it.
    const since = Math.max(0, from / 1_000 - 1);
    return {
      path: restPath('/0/public/OHLC', { pair: nativeSymbol(symbol), interval, since }),
      weight: 1,
    };
  },
  decode(range: KlineRange, _request: RestRequest, body: string): KlinePage {
    const result = resultOf(body, 'candles');
    // Asked for by its slash name, a pair is answered under that name: another one is another pair.
    const rows = result[nativeSymbol(range.symbol)];
    const last = decimalSecondsToMs(result['last']);
    if (!isList(rows) || last === null)
      throw unreadable('Kraken', 'candles', `there is no list of candles of ${range.symbol}`);
    // `last` is the newest committed candle.
    return klinePage(range, rows, (row) => decodeRow(row, last), null);
  },
};

/** `[seconds, open, high, low, close, vwap, volume, trades]`. */
function decodeRow(row: unknown, last: number): Kline | undefined {
  if (!isList(row)) return undefined;
  const timestamp = decimalSecondsToMs(row[0]);
  return klineOf({
    timestamp,
    open: row[1],
    high: row[2],
    low: row[3],
    close: row[4],
    volume: row[6],
    trades: row[7] ?? undefined,
    vwap: meanPrice(row[5]),
    closed: timestamp !== null && timestamp <= last,
    form: 'plain',
  });
}

/** Printed with the pair's decimals; whether cut or rounded is not said, so a whole last digit may be off. */
function meanPrice(raw: unknown): MeanPrice {
  const decimals = typeof raw === 'string' ? (raw.split('.')[1]?.length ?? 0) : 0;
  return { price: decimalValue(raw, 'plain'), error: 10 ** -decimals };
}
