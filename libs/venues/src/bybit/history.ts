import { RetryableError } from '@neuraltrade/contracts';
import type { InvalidEvent, TradeEvent } from '../events';
import { invalidEvent, tradeEvent } from '../event-makers';
import { historyRows, restJson, unreadable } from '../history-rows';
import { integerMs } from '../instant';
import type { JsonObject } from '../json-value';
import { isList, isObject, shown } from '../json-value';
import { restPath } from '../rest-path';
import type { HistoryPage, HistoryRange, RestRequest, TradeHistory } from '../venue';
import { EXCHANGE, takerSideOf } from './decode';
import { nativeSymbol } from './subscribe';
import type { RestTradeRow } from './wire';

/** The newest trades are all there is. */
const REACH = 60;

/** One page without a cursor: what is older than the newest 60 trades is lost. */
export const tradeHistory: TradeHistory = {
  reach: REACH,
  exactTimes: true,
  firstRequest({ symbol }: HistoryRange): RestRequest {
    const query = { category: 'spot', symbol: nativeSymbol(symbol), limit: REACH };
    return { path: restPath('/v5/market/recent-trade', query), weight: 1 };
  },
  decode(range: HistoryRange, _request: RestRequest, body: string): HistoryPage {
    const { list } = resultOf(body, 'trades');
    if (!isList(list)) throw unreadable('Bybit', 'trades', 'there is no list of trades');
    return { ...historyRows(list, (row) => decodeRow(row, range.symbol)), next: null };
  },
};

/**
 * The `result` of an answer; the venue reports errors with status 200.
 * @throws RetryableError when it asks to come again later, PermanentError for any other error.
 */
export function resultOf(body: string, what: string): JsonObject {
  const answer = restJson('Bybit', what, body);
  if (!isObject(answer)) throw unreadable('Bybit', what, 'the answer is no object');
  const { retCode, retMsg, result } = answer;
  const words = typeof retMsg === 'string' ? retMsg.slice(0, 200) : 'no message';
  if (typeof retCode === 'number' && TEMPORARY.has(retCode))
    throw new RetryableError(`Bybit asks to send the request for its ${what} again later: ${words}.`);
  if (retCode !== 0 || !isObject(result)) throw unreadable('Bybit', what, words);
  return result;
}

/** Rate limits, timeouts and internal errors. */
const TEMPORARY: ReadonlySet<number> = new Set([10000, 10006, 10016, 10018, 10429]);

function decodeRow(row: unknown, symbol: string): TradeEvent | InvalidEvent {
  if (!isObject(row)) return invalidEvent('the row is no object');
  const { execId, symbol: native, price, size, side, time }: RestTradeRow = row;
  if (native !== nativeSymbol(symbol)) return invalidEvent(`the row is of ${shown(native)}`);
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price,
    size,
    tradeId: execId,
    takerSide: takerSideOf(side),
    timestamp: integerMs(time),
    rawTime: time,
    history: true,
    sentAt: null,
    form: 'plain',
  });
}
