import type { Venue } from '../venue';
import { createDecoder, EXCHANGE } from './decode';
import { tradeHistory } from './history';
import { instruments } from './instruments';
import { klines } from './klines';
import { heartbeat, limits } from './limits';
import { nativeSymbol, subscribeFrames, topics, unsubscribeFrames } from './subscribe';

/** Bybit v5 spot. */
export const bybit: Venue = {
  name: EXCHANGE,
  title: 'Bybit',
  webSocketUrl: 'wss://stream.bybit.com/v5/public/spot',
  restUrl: 'https://api.bybit.com',
  limits,
  heartbeat,
  // Ids ascend with holes: a jump proves nothing.
  consecutiveTradeIds: false,
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
