import { compareTradeIds } from '@neuraltrade/contracts';
import type { InvalidEvent, TradeEvent } from '../events';
import { invalidEvent, tradeEvent } from '../event-makers';
import { historyRows, restJson, unreadable } from '../history-rows';
import { rfc3339Ms } from '../instant';
import { isList, isObject } from '../json-value';
import { queryValue, restPath } from '../rest-path';
import type { HistoryPage, HistoryRange, RestRequest, TradeHistory } from '../venue';
import { EXCHANGE, takerSideOf } from './decode';
import { nativeSymbol } from './subscribe';
import type { RestTradeRow } from './wire';

const PAGE = 1_000;

/**
 * Pages go down from the end of the range: `after=<id>` gives ids below it, newest first. (`before` would give the
 * newest page, not the one next to the id.)
 */
export const tradeHistory: TradeHistory = {
  reach: null,
  exactTimes: true,
  firstRequest(range: HistoryRange): RestRequest {
    return page(range.symbol, range.beforeTradeId);
  },
  decode(range: HistoryRange, request: RestRequest, body: string): HistoryPage {
    const rows = restJson('Coinbase', 'trades', body);
    if (!isList(rows))
      throw unreadable('Coinbase', 'trades', (isObject(rows) ? rows['message'] : undefined) ?? 'no list');
    const { trades, refused } = historyRows(rows, (row) => decodeRow(row, range.symbol));
    const oldest = rows.length < PAGE ? undefined : trades[0];
    return { trades, next: oldest === undefined ? null : older(range, request, oldest), refused };
  },
};

function page(symbol: string, after: string | null): RestRequest {
  const path = `/products/${encodeURIComponent(nativeSymbol(symbol))}/trades`;
  return { path: restPath(path, { limit: PAGE, ...(after !== null && { after }) }), weight: 1 };
}

function older(range: HistoryRange, request: RestRequest, oldest: TradeEvent): RestRequest | null {
  const { symbol, afterTradeId, fromTimestamp } = range;
  if (
    afterTradeId === null
      ? oldest.timestamp < fromTimestamp
      : BigInt(oldest.tradeId) <= BigInt(afterTradeId) + 1n
  )
    return null;
  const cursor = queryValue(request.path, 'after');
  // A page that does not lead below its cursor would be asked for for ever.
  if (cursor !== null && compareTradeIds(oldest.tradeId, cursor) >= 0) return null;
  return page(symbol, oldest.tradeId);
}

function decodeRow(row: unknown, symbol: string): TradeEvent | InvalidEvent {
  if (!isObject(row)) return invalidEvent('the row is no object');
  const { trade_id, side, size, price, time }: RestTradeRow = row;
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price,
    size,
    tradeId: trade_id,
    takerSide: takerSideOf(side),
    timestamp: rfc3339Ms(time),
    rawTime: time,
    history: true,
    sentAt: null,
    form: 'plain',
  });
}
