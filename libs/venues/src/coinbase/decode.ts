import type { TakerSide } from '@neuraltrade/contracts';
import {
  controlEvent,
  quoteEvent,
  refusedEvent,
  tradeEvent,
  unknownEvent,
  unlistedEvent,
} from '../event-makers';
import type { DecodedEvent } from '../events';
import { frameDecoder } from '../frame-decoder';
import { tradeIdOf } from '../identifier';
import { plausibleMs, rfc3339Ms } from '../instant';
import type { JsonObject } from '../json-value';
import { isList, isObject, textOf } from '../json-value';
import type { SymbolTable } from '../symbol-table';
import { symbolTable } from '../symbol-table';
import type { Decoder, Topic } from '../venue';
import { limits } from './limits';
import { CHANNELS, nativeSymbol, topics } from './subscribe';
import type { HeartbeatFrame, MatchFrame, TickerFrame } from './wire';
import { ADVANCED_CHANNELS, UNUSED_TYPES } from './wire';

/** The venue's name in every message. */
export const EXCHANGE = 'coinbase';

/** Decodes frames of the Exchange feed; holds no state. */
export function createDecoder(symbols: readonly string[]): Decoder {
  const table = symbolTable(symbols, nativeSymbol);
  return frameDecoder(limits.maxFrameBytes, (body, frame) => [decodeFrame(body, table, frame)]);
}

function decodeFrame(body: JsonObject, table: SymbolTable, frame: string): DecodedEvent {
  switch (body['type']) {
    case 'match':
      return decodeMatch(body, table, false);
    case 'last_match':
      return decodeMatch(body, table, true);
    case 'ticker':
      return decodeTicker(body, table);
    case 'heartbeat':
      return decodeHeartbeat(body, table);
    case 'subscriptions':
      return {
        ...controlEvent('subscriptions'),
        ack: { requestId: null, topics: subscribedTopics(body['channels'], table) },
      };
    case 'error':
      return decodeError(body, table);
    case undefined:
      return decodeAdvanced(body, frame);
    default:
      return UNUSED_TYPES.has(body['type']) ? controlEvent(textOf(body['type'])) : unknownEvent(frame);
  }
}

function decodeMatch(match: MatchFrame, table: SymbolTable, history: boolean): DecodedEvent {
  const symbol = table.get(match.product_id);
  if (symbol === undefined) return unlistedEvent(match.product_id);
  return tradeEvent({
    exchange: EXCHANGE,
    symbol,
    price: match.price,
    size: match.size,
    tradeId: match.trade_id,
    takerSide: takerSideOf(match.side),
    timestamp: rfc3339Ms(match.time),
    rawTime: match.time,
    history,
    sentAt: null,
    form: 'plain',
  });
}

/**
 * `side` of a match and of a REST row is the maker's, so the taker did the opposite
 * (https://docs.cdp.coinbase.com/exchange/websocket-feed/channels, matches channel).
 */
export function takerSideOf(makerSide: unknown): TakerSide {
  return makerSide === 'buy' ? 'sell' : makerSide === 'sell' ? 'buy' : 'unknown';
}

/** The ticker's time is that of the trade which caused it, not the moment of sending. */
function decodeTicker(ticker: TickerFrame, table: SymbolTable): DecodedEvent {
  const symbol = table.get(ticker.product_id);
  if (symbol === undefined) return unlistedEvent(ticker.product_id);
  return quoteEvent({
    exchange: EXCHANGE,
    symbol,
    bid: ticker.best_bid,
    bidSize: ticker.best_bid_size,
    ask: ticker.best_ask,
    askSize: ticker.best_ask_size,
    timestamp: plausibleMs(rfc3339Ms(ticker.time)),
    sentAt: null,
    form: 'plain',
  });
}

function decodeHeartbeat(heartbeat: HeartbeatFrame, table: SymbolTable): DecodedEvent {
  const event = controlEvent('heartbeat', plausibleMs(rfc3339Ms(heartbeat.time)));
  const symbol = table.get(heartbeat.product_id);
  const tradeId = tradeIdOf(heartbeat.last_trade_id);
  // A product without trades shows 0.
  if (symbol === undefined || tradeId === null || tradeId === '0') return event;
  return { ...event, newestTrade: { symbol, tradeId } };
}

function subscribedTopics(channels: unknown, table: SymbolTable): Topic[] {
  if (!isList(channels)) return [];
  return channels.flatMap((channel): Topic[] => {
    if (!isObject(channel) || !isList(channel['product_ids'])) return [];
    const purpose = PURPOSES.get(channel['name']);
    if (purpose === undefined) return [];
    const symbols = channel['product_ids'].map((product) => table.get(product));
    return symbols.filter((symbol) => symbol !== undefined).map((symbol) => ({ purpose, symbol }));
  });
}

const PURPOSES: ReadonlyMap<unknown, Topic['purpose']> = new Map(
  (Object.keys(CHANNELS) as Topic['purpose'][]).map((purpose) => [CHANNELS[purpose], purpose]),
);

/** The valid products of a partly refused request stay subscribed; the sentence names the product, not the channel. */
function decodeError(fault: JsonObject, table: SymbolTable): DecodedEvent {
  const reason = textOf(fault['reason']);
  const sentence = [textOf(fault['message']), reason].filter((part) => part !== '').join(': ');
  const symbol = table.get(PRODUCT_REFUSED.exec(reason)?.[1]);
  return refusedEvent(sentence === '' ? 'the venue gave no reason' : sentence, {
    requestId: null,
    topics: symbol === undefined ? null : topics(symbol),
  });
}

const PRODUCT_REFUSED = /^(\S{1,64}) is (?:not a valid product|delisted)/;

function decodeAdvanced(body: JsonObject, frame: string): DecodedEvent {
  const { channel, timestamp, events } = body;
  if (!ADVANCED_CHANNELS.has(channel) || !isList(events)) return unknownEvent(frame);
  return controlEvent(textOf(channel), plausibleMs(rfc3339Ms(timestamp)));
}
