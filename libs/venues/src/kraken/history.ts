import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import type { InvalidEvent, TradeEvent } from '../events';
import { invalidEvent, tradeEvent } from '../event-makers';
import { historyRows, restJson, unreadable } from '../history-rows';
import { decimalSecondsToMs } from '../instant';
import type { JsonObject } from '../json-value';
import { isList, isObject, shown } from '../json-value';
import { queryValue, restPath } from '../rest-path';
import type { HistoryPage, HistoryRange, RestRequest, TradeHistory } from '../venue';
import { EXCHANGE } from './decode';
import { nativeSymbol } from './subscribe';

const PAGE = 1_000;

/** Trades by time: `since` is a cursor in ns, the pages go up, and the answer names the next cursor. */
export const tradeHistory: TradeHistory = {
  reach: null,
  // Rows carry seconds as a fraction of fewer digits than the feed's text.
  exactTimes: false,
  firstRequest({ symbol, fromTimestamp }: HistoryRange): RestRequest {
    // The cursor is exclusive: one ns before the range's first ms keeps the trades of that ms.
    const since = BigInt(Math.max(0, Math.floor(fromTimestamp))) * 1_000_000n;
    return page(symbol, String(since > 0n ? since - 1n : 0n));
  },
  decode(range: HistoryRange, request: RestRequest, body: string): HistoryPage {
    const result = resultOf(body, 'trades');
    // Asked for by its slash name, a pair is answered under that name: another one is another pair.
    const rows = result[nativeSymbol(range.symbol)];
    if (!isList(rows)) throw unreadable('Kraken', 'trades', `there is no list of trades of ${range.symbol}`);
    const { trades, refused } = historyRows(rows, (row) => decodeRow(row, range.symbol));
    const next = rows.length < PAGE ? null : following(range, request, trades.at(-1), result['last']);
    return { trades, next, refused };
  },
};

function page(symbol: string, since: string): RestRequest {
  return {
    path: restPath('/0/public/Trades', { pair: nativeSymbol(symbol), since, count: PAGE }),
    weight: 1,
  };
}

/**
 * The `result` of an answer; the venue reports errors with status 200.
 * @throws RetryableError when it asks to come again later, PermanentError for any other error.
 */
export function resultOf(body: string, what: string): JsonObject {
  const answer = restJson('Kraken', what, body);
  const faults = isObject(answer) && isList(answer['error']) ? answer['error'] : [];
  if (faults.length > 0) {
    const words = faults.map((fault) => (typeof fault === 'string' ? fault : shown(fault))).join(', ');
    const sentence = `Kraken refused the request for its ${what}: ${words.slice(0, 200)}.`;
    throw TEMPORARY.test(words) ? new RetryableError(sentence) : new PermanentError('malformed', sentence);
  }
  if (!isObject(answer) || !isObject(answer['result']))
    throw unreadable('Kraken', what, 'there is no result');
  return answer['result'];
}

const TEMPORARY = /Rate limit|Too many requests|Temporary lockout|Throttled|EService:|EGeneral:Internal/i;

function following(
  range: HistoryRange,
  request: RestRequest,
  newest: TradeEvent | undefined,
  last: unknown,
): RestRequest | null {
  if (newest === undefined) return null;
  const { symbol, beforeTradeId, toTimestamp } = range;
  if (beforeTradeId !== null && BigInt(newest.tradeId) + 1n >= BigInt(beforeTradeId)) return null;
  if (beforeTradeId === null && toTimestamp !== null && newest.timestamp > toTimestamp) return null;
  const cursor = typeof last === 'number' ? String(last) : last;
  if (typeof cursor !== 'string' || !CURSOR.test(cursor)) return null;
  // A cursor that does not move on would be asked for for ever.
  return BigInt(cursor) > BigInt(queryValue(request.path, 'since') ?? 0) ? page(symbol, cursor) : null;
}

const CURSOR = /^\d{1,30}$/;

/** `[price, volume, time, 'b' | 's', 'm' | 'l', misc, trade id]`; the letter is the taker's side. */
function decodeRow(row: unknown, symbol: string): TradeEvent | InvalidEvent {
  if (!isList(row)) return invalidEvent('the row is no list');
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price: row[0],
    size: row[1],
    tradeId: row[6],
    takerSide: row[3] === 'b' ? 'buy' : row[3] === 's' ? 'sell' : 'unknown',
    timestamp: decimalSecondsToMs(row[2]),
    rawTime: row[2],
    history: true,
    sentAt: null,
    form: 'plain',
  });
}
