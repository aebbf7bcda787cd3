import type { Venue } from '../venue';
import { createDecoder, EXCHANGE } from './decode';
import { tradeHistory } from './history';
import { instruments } from './instruments';
import { klines } from './klines';
import { heartbeat, limits } from './limits';
import { nativeSymbol, subscribeFrames, topics, unsubscribeFrames } from './subscribe';

/** Binance spot. */
export const binance: Venue = {
  name: EXCHANGE,
  title: 'Binance',
  webSocketUrl: 'wss://stream.binance.com:9443/stream',
  restUrl: 'https://api.binance.com',
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
