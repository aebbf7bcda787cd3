import type { Venue } from '../venue';
import { createDecoder, EXCHANGE } from './decode';
import { tradeHistory } from './history';
import { instruments } from './instruments';
import { klines } from './klines';
import { heartbeat, limits } from './limits';
import { nativeSymbol, subscribeFrames, topics, unsubscribeFrames } from './subscribe';

/** Kraken spot, WebSocket v2. */
export const kraken: Venue = {
  name: EXCHANGE,
  title: 'Kraken',
  webSocketUrl: 'wss://ws.kraken.com/v2',
  restUrl: 'https://api.kraken.com',
  limits,
  heartbeat,
  consecutiveTradeIds: true,
  quoteMaxAgeMs: null,
  nativeSymbol,
  topics,
  subscribeFrames,
  unsubscribeFrames,
  createDecoder,
  instruments,
  tradeHistory,
  klines,
};
