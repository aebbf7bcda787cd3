import type { TakerSide } from '@neuraltrade/contracts';
import { decimalValue } from '../decimal';
import {
  controlEvent,
  invalidEvent,
  quoteEvent,
  refusedEvent,
  tradeEvent,
  unknownEvent,
  unlistedEvent,
} from '../event-makers';
import type { DecodedEvent } from '../events';
import { frameDecoder } from '../frame-decoder';
import { requestIdOf } from '../identifier';
import { plausibleMs, rfc3339Ms } from '../instant';
import type { JsonObject } from '../json-value';
import { isList, isObject, shown, textOf } from '../json-value';
import type { SymbolTable } from '../symbol-table';
import { symbolTable } from '../symbol-table';
import type { Decoder, Topic } from '../venue';
import { limits } from './limits';
import { nativeSymbol, topics } from './subscribe';
import type { TickerRow, TradeRow } from './wire';
import { UNUSED_CHANNELS } from './wire';

/** The venue's name in every message. */
export const EXCHANGE = 'kraken';

/** Decodes frames of the v2 feed; holds no state. */
export function createDecoder(symbols: readonly string[]): Decoder {
  const table = symbolTable(symbols, nativeSymbol);
  return frameDecoder(limits.maxFrameBytes, (body, frame) => {
    const { channel, type, data } = body;
    if (channel === 'trade' || channel === 'ticker') {
      if (!isList(data)) return [invalidEvent(`${channel} carries no list of rows`)];
      if (type !== 'update' && type !== 'snapshot')
        return [invalidEvent(`${channel} of type ${shown(type)} is neither update nor snapshot`)];
      return data.map((row) => decodeRow(channel, row, table, type === 'snapshot'));
    }
    if (channel !== undefined)
      return [UNUSED_CHANNELS.has(channel) ? controlEvent(textOf(channel)) : unknownEvent(frame)];
    return [decodeAnswer(body, table) ?? unknownEvent(frame)];
  });
}

function decodeRow(
  channel: 'trade' | 'ticker',
  row: unknown,
  table: SymbolTable,
  history: boolean,
): DecodedEvent {
  if (!isObject(row)) return invalidEvent(`a row of ${channel} is ${shown(row)}`);
  return channel === 'trade' ? decodeTrade(row, table, history) : decodeTicker(row, table);
}

function decodeTrade(row: TradeRow, table: SymbolTable, history: boolean): DecodedEvent {
  const symbol = table.get(row.symbol);
  if (symbol === undefined) return unlistedEvent(row.symbol);
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price: row.price,
    size: row.qty,
    tradeId: row.trade_id,
    takerSide: takerSideOf(row.side),
    timestamp: rfc3339Ms(row.timestamp),
    rawTime: row.timestamp,
    history,
    sentAt: null,
    form: 'scientific',
  });
}

function takerSideOf(side: unknown): TakerSide {
  return side === 'buy' || side === 'sell' ? side : 'unknown';
}

function decodeTicker(row: TickerRow, table: SymbolTable): DecodedEvent {
  const symbol = table.get(row.symbol);
  if (symbol === undefined) return unlistedEvent(row.symbol);
  return quoteEvent({
    exchange: EXCHANGE,
    symbol,
    bid: presentSide(row.bid),
    bidSize: row.bid_qty,
    ask: presentSide(row.ask),
    askSize: row.ask_qty,
    timestamp: plausibleMs(rfc3339Ms(row.timestamp)),
    sentAt: null,
    form: 'scientific',
  });
}

/** A pair without a book shows zeros: a zero price is an absent side, not a price. */
function presentSide(price: unknown): unknown {
  return decimalValue(price, 'scientific') === 0 ? null : price;
}

/** Acks come one a symbol; a refusal names the symbol and the request, never the channel. */
function decodeAnswer(answer: JsonObject, table: SymbolTable): DecodedEvent | null {
  const { method, success, result } = answer;
  const requestId = requestIdOf(answer['req_id']);
  const sentAt = plausibleMs(rfc3339Ms(answer['time_out']));
  if (typeof answer['error'] === 'string' || success === false)
    return refusedEvent(textOf(answer['error']) || 'the venue gave no reason', {
      requestId,
      topics: refusedTopics(answer['symbol'], table),
    });
  if (method === 'pong') return controlEvent('pong', sentAt);
  if (success !== true || (method !== 'subscribe' && method !== 'unsubscribe')) return null;
  const event = controlEvent(method, sentAt);
  if (method === 'unsubscribe')
    return requestId === null ? event : { ...event, ack: { requestId, topics: null } };
  return { ...event, ack: { requestId, topics: isObject(result) ? ackedTopics(result, table) : null } };
}

function ackedTopics(result: JsonObject, table: SymbolTable): Topic[] {
  const symbol = table.get(result['symbol']);
  const purpose = result['channel'] === 'trade' ? 'trades' : result['channel'] === 'ticker' ? 'quotes' : null;
  return symbol === undefined || purpose === null ? [] : [{ purpose, symbol }];
}

function refusedTopics(native: unknown, table: SymbolTable): Topic[] | null {
  if (typeof native !== 'string') return null;
  const symbol = table.get(native);
  return symbol === undefined ? [] : topics(symbol);
}
