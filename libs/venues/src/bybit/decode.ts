import type { TakerSide } from '@neuraltrade/contracts';
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
import { integerMs, plausibleMs } from '../instant';
import type { JsonObject } from '../json-value';
import { isList, isObject, shown, textOf } from '../json-value';
import type { SymbolTable } from '../symbol-table';
import { symbolTable } from '../symbol-table';
import type { Decoder, Topic } from '../venue';
import { limits } from './limits';
import { nativeSymbol, topicName, topics } from './subscribe';
import type { Top } from './top-of-book';
import { topAfterDelta, topOfSnapshot } from './top-of-book';
import type { TradeRow } from './wire';
import { UNUSED_TOPICS } from './wire';

/** The venue's name in every message. */
export const EXCHANGE = 'bybit';

/** Decodes frames of the spot feed; holds the best bid and ask of each asked symbol. */
export function createDecoder(symbols: readonly string[]): Decoder {
  const table = symbolTable(symbols, nativeSymbol);
  const topicsByName = new Map(symbols.flatMap(topics).map((topic) => [topicName(topic), topic]));
  const books = new Map<string, Top>();
  return frameDecoder(limits.maxFrameBytes, (body, frame) => {
    const { topic } = body;
    if (typeof topic !== 'string') return [decodeAnswer(body, topicsByName) ?? unknownEvent(frame)];
    if (topic.startsWith('publicTrade.')) return decodeTrades(body, table);
    if (topic.startsWith('orderbook.1.')) return [decodeBook(body, table, books)];
    const unused = UNUSED_TOPICS.exec(topic)?.[1];
    return [unused === undefined ? unknownEvent(frame) : controlEvent(unused, sentAtOf(body))];
  });
}

function sentAtOf(body: JsonObject): number | null {
  return plausibleMs(integerMs(body['ts']));
}

function decodeTrades(body: JsonObject, table: SymbolTable): DecodedEvent[] {
  const rows = body['data'];
  if (!isList(rows)) return [invalidEvent('publicTrade carries no list of rows')];
  const sentAt = sentAtOf(body);
  return rows.map((row) =>
    isObject(row) ? decodeTrade(row, table, sentAt) : invalidEvent(`a row of publicTrade is ${shown(row)}`),
  );
}

function decodeTrade(row: TradeRow, table: SymbolTable, sentAt: number | null): DecodedEvent {
  const symbol = table.get(row.s);
  if (symbol === undefined) return unlistedEvent(row.s);
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price: row.p,
    size: row.v,
    tradeId: row.i,
    takerSide: takerSideOf(row.S),
    timestamp: integerMs(row.T),
    rawTime: row.T,
    history: false,
    sentAt,
    form: 'plain',
  });
}

/** `S` (REST: side) is the taker's. */
export function takerSideOf(side: unknown): TakerSide {
  return side === 'Buy' ? 'buy' : side === 'Sell' ? 'sell' : 'unknown';
}

function decodeBook(body: JsonObject, table: SymbolTable, books: Map<string, Top>): DecodedEvent {
  const { type, data } = body;
  if (!isObject(data)) return invalidEvent('orderbook.1 carries no book');
  const symbol = table.get(data['s']);
  if (symbol === undefined) return unlistedEvent(data['s']);
  if (type !== 'snapshot' && type !== 'delta')
    return invalidEvent(`orderbook.1 of type ${shown(type)} is neither snapshot nor delta`);
  const before = books.get(symbol);
  // Update id 1 is a restart of the venue's service: what it says replaces the book.
  const replaces = type === 'snapshot' || data['u'] === 1;
  if (!replaces && before === undefined)
    return invalidEvent(`a delta of ${symbol} came before its first snapshot`);
  const bookTime = plausibleMs(integerMs(body['cts']));
  const top =
    replaces || before === undefined ? topOfSnapshot(data, bookTime) : topAfterDelta(before, data, bookTime);
  if (top === null) {
    // The book is no longer known: the next delta must not build on it.
    books.delete(symbol);
    return invalidEvent(`orderbook.1 of ${symbol} has a level that cannot be read`);
  }
  books.set(symbol, top);
  return quoteEvent({
    exchange: EXCHANGE,
    symbol,
    bid: top.bid?.price,
    bidSize: top.bid?.size,
    ask: top.ask?.price,
    askSize: top.ask?.size,
    timestamp: top.timestamp,
    sentAt: sentAtOf(body),
    form: 'plain',
  });
}

/** Acks answer a whole request; a refusal may carry no request id and names its topic in a sentence. */
function decodeAnswer(answer: JsonObject, topicsByName: ReadonlyMap<string, Topic>): DecodedEvent | null {
  const { op, success } = answer;
  if (typeof op !== 'string') return null;
  const requestId = requestIdOf(answer['req_id']);
  if (success === false) {
    const reason = textOf(answer['ret_msg']) || 'the venue gave no reason';
    return refusedEvent(reason, { requestId, topics: namedTopics(reason, topicsByName) });
  }
  switch (op) {
    case 'subscribe':
    case 'unsubscribe': {
      if (success !== true) return null;
      return { ...controlEvent(op), ...(requestId !== null && { ack: { requestId, topics: null } }) };
    }
    case 'ping':
    case 'pong':
    case 'auth':
      return controlEvent(op, isList(answer['args']) ? plausibleMs(integerMs(answer['args'][0])) : null);
    default:
      return null;
  }
}

function namedTopics(sentence: string, topicsByName: ReadonlyMap<string, Topic>): Topic[] | null {
  const names = sentence.slice(0, 1_000).match(TOPIC_NAME);
  if (names === null) return null;
  return names.map((name) => topicsByName.get(name)).filter((topic) => topic !== undefined);
}

/** A topic inside 'Invalid symbol :[orderbook.50.X]' or 'error:handler not found,topic:publicTrade.X'. */
const TOPIC_NAME = /\b[A-Za-z]{1,24}(?:\.[A-Za-z0-9]{1,8})?\.[A-Z0-9]{2,40}\b/g;
