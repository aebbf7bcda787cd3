import type { InvalidEvent, TradeEvent } from '../events';
import { invalidEvent, tradeEvent } from '../event-makers';
import { historyRows, restJson, unreadable } from '../history-rows';
import { integerMs } from '../instant';
import { isList, isObject } from '../json-value';
import { queryValue, restPath } from '../rest-path';
import type { HistoryPage, HistoryRange, RestRequest, TradeHistory } from '../venue';
import { EXCHANGE, takerSideOf } from './decode';
import { nativeSymbol } from './subscribe';
import type { RestTradeRow } from './wire';

const PAGE = 1_000;
const WEIGHT = 25;

/**
 * Trades by id. From a known id the pages go up; where only the end of the range is known they go down from there
 * until one is older than the range, each page still ascending.
 */
export const tradeHistory: TradeHistory = {
  reach: null,
  exactTimes: true,
  firstRequest(range: HistoryRange): RestRequest {
    const { symbol, afterTradeId, beforeTradeId } = range;
    if (afterTradeId !== null) return byId(range, BigInt(afterTradeId) + 1n);
    if (beforeTradeId !== null) return byId(range, below(BigInt(beforeTradeId)));
    return {
      path: restPath('/api/v3/trades', { symbol: nativeSymbol(symbol), limit: PAGE }),
      weight: WEIGHT,
    };
  },
  decode(range: HistoryRange, request: RestRequest, body: string): HistoryPage {
    const rows = restJson('Binance', 'trades', body);
    if (!isList(rows))
      throw unreadable('Binance', 'trades', (isObject(rows) ? rows['msg'] : undefined) ?? 'no list');
    const { trades, refused } = historyRows(rows, (row) => decodeRow(row, range.symbol));
    const next =
      range.afterTradeId === null
        ? older(range, request, trades)
        : newer(range, request, trades, rows.length);
    return { trades, next, refused };
  },
};

function byId({ symbol, afterTradeId, beforeTradeId }: HistoryRange, fromId: bigint): RestRequest {
  const wanted =
    afterTradeId !== null && beforeTradeId !== null ? Number(BigInt(beforeTradeId) - fromId) : PAGE;
  const limit = Math.min(PAGE, Math.max(1, wanted));
  const query = { symbol: nativeSymbol(symbol), fromId: String(fromId), limit };
  return { path: restPath('/api/v3/historicalTrades', query), weight: WEIGHT };
}

/** Where the page that ends just before an id begins. */
function below(id: bigint): bigint {
  return id > BigInt(PAGE) ? id - BigInt(PAGE) : 0n;
}

function newer(
  range: HistoryRange,
  request: RestRequest,
  trades: readonly TradeEvent[],
  rowCount: number,
): RestRequest | null {
  const last = trades.at(-1);
  if (last === undefined) return null;
  const following = BigInt(last.tradeId) + 1n;
  // A page that does not lead on from the id that was asked for would be asked for for ever.
  if (following <= BigInt(queryValue(request.path, 'fromId') ?? 0)) return null;
  if (range.beforeTradeId !== null)
    return following < BigInt(range.beforeTradeId) ? byId(range, following) : null;
  const pastEnd = range.toTimestamp !== null && last.timestamp > range.toTimestamp;
  return rowCount < PAGE || pastEnd ? null : byId(range, following);
}

function older(range: HistoryRange, request: RestRequest, trades: readonly TradeEvent[]): RestRequest | null {
  const first = trades[0];
  if (first === undefined || first.timestamp < range.fromTimestamp) return null;
  const requested = queryValue(request.path, 'fromId');
  const oldest = BigInt(first.tradeId);
  const start = below(oldest);
  // An answer that begins above the id that was asked for has reached the venue's oldest trade.
  if (oldest <= 1n || (requested !== null && start >= BigInt(requested))) return null;
  return byId(range, start);
}

function decodeRow(row: unknown, symbol: string): TradeEvent | InvalidEvent {
  if (!isObject(row)) return invalidEvent('the row is no object');
  const { id, price, qty, time, isBuyerMaker }: RestTradeRow = row;
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price,
    size: qty,
    tradeId: id,
    takerSide: takerSideOf(isBuyerMaker),
    timestamp: integerMs(time),
    rawTime: time,
    history: true,
    sentAt: null,
    form: 'plain',
  });
}
