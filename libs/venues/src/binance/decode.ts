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
import { integerMs, microsecondsToMs, plausibleMs } from '../instant';
import type { JsonObject } from '../json-value';
import { isList, isObject, textOf } from '../json-value';
import type { SymbolTable } from '../symbol-table';
import { symbolTable } from '../symbol-table';
import type { Decoder, DecoderOptions } from '../venue';
import { limits } from './limits';
import { nativeSymbol } from './subscribe';
import type { BookTickerPayload, TradePayload } from './wire';
import { UNUSED_EVENTS } from './wire';

/** The venue's name in every message. */
export const EXCHANGE = 'binance';

type ReadTime = (raw: unknown) => number | null;

/** Decodes bare and combined frames; holds no state. */
export function createDecoder(symbols: readonly string[], options: DecoderOptions = {}): Decoder {
  const table = symbolTable(symbols, nativeSymbol);
  // The URL decides the unit of every time field; the magnitude of a number proves nothing.
  const readTime = MICROSECONDS.test(options.webSocketUrl ?? '') ? microsecondsToMs : integerMs;
  return frameDecoder(limits.maxFrameBytes, (body, frame) => {
    if (typeof body['stream'] !== 'string') return [decodePayload(body, '', table, readTime, frame)];
    const payload = body['data'];
    if (!isObject(payload)) return [invalidEvent(`stream ${body['stream'].slice(0, 40)} carries no object`)];
    return [decodePayload(payload, body['stream'], table, readTime, frame)];
  });
}

const MICROSECONDS = /[?&]timeUnit=microsecond(?:&|$)/i;

function decodePayload(
  payload: JsonObject,
  stream: string,
  table: SymbolTable,
  readTime: ReadTime,
  frame: string,
): DecodedEvent {
  const { e } = payload;
  if (e === 'trade') return decodeTrade(payload, table, readTime);
  if (e === undefined) return decodeUntyped(payload, stream, table, frame);
  const sentAt = plausibleMs(readTime(payload['E']));
  if (e === 'serverShutdown') return { ...controlEvent('serverShutdown', sentAt), goingAway: true };
  return UNUSED_EVENTS.has(e) ? controlEvent(e as string, sentAt) : unknownEvent(frame);
}

function decodeTrade(trade: TradePayload, table: SymbolTable, readTime: ReadTime): DecodedEvent {
  const symbol = table.get(trade.s);
  if (symbol === undefined) return unlistedEvent(trade.s);
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price: trade.p,
    size: trade.q,
    tradeId: trade.t,
    takerSide: takerSideOf(trade.m),
    timestamp: readTime(trade.T),
    rawTime: trade.T,
    history: false,
    sentAt: plausibleMs(readTime(trade.E)),
    form: 'plain',
  });
}

/** `m` (REST: isBuyerMaker) says that the buyer was the maker: then the taker sold. */
export function takerSideOf(buyerIsMaker: unknown): 'buy' | 'sell' | 'unknown' {
  return buyerIsMaker === true ? 'sell' : buyerIsMaker === false ? 'buy' : 'unknown';
}

/** Frames without an event type: best bid and ask, partial books, lists of tickers, answers to requests. */
function decodeUntyped(payload: JsonObject, stream: string, table: SymbolTable, frame: string): DecodedEvent {
  if (stream.endsWith('@bookTicker') || isBookTicker(payload)) return decodeQuote(payload, table);
  if (isList(payload)) {
    const first = payload[0];
    return isObject(first) && UNUSED_EVENTS.has(first['e'])
      ? controlEvent(first['e'] as string)
      : unknownEvent(frame);
  }
  if (payload['lastUpdateId'] !== undefined) return controlEvent('depth');
  if (stream !== '') return unknownEvent(frame);
  return decodeAnswer(payload) ?? unknownEvent(frame);
}

function isBookTicker({ u, b, B, a, A }: BookTickerPayload): boolean {
  return u !== undefined && b !== undefined && B !== undefined && a !== undefined && A !== undefined;
}

function decodeQuote(quote: BookTickerPayload, table: SymbolTable): DecodedEvent {
  const symbol = table.get(quote.s);
  if (symbol === undefined) return unlistedEvent(quote.s);
  return quoteEvent({
    exchange: EXCHANGE,
    symbol,
    bid: presentSide(quote.b),
    bidSize: quote.B,
    ask: presentSide(quote.a),
    askSize: quote.A,
    timestamp: null,
    sentAt: null,
    form: 'plain',
  });
}

/** A side without orders is shown with a zero price: absent, not a price. */
function presentSide(price: unknown): unknown {
  return decimalValue(price, 'plain') === 0 ? null : price;
}

/** An answer names its request by id; errors come wrapped (as observed) or bare (as documented). */
function decodeAnswer(answer: JsonObject): DecodedEvent | null {
  const requestId = requestIdOf(answer['id']);
  const fault = isObject(answer['error']) ? answer['error'] : answer;
  if (fault['code'] !== undefined && typeof fault['msg'] === 'string')
    return refusedEvent(textOf(fault['msg']), { requestId, topics: null });
  if (answer['result'] === undefined) return null;
  // Only a null result acknowledges a subscription; a list or a value answers a question.
  const acknowledges = answer['result'] === null && requestId !== null;
  return { ...controlEvent('result'), ...(acknowledges && { ack: { requestId, topics: null } }) };
}
