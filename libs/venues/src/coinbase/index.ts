import type { Venue } from '../venue';
import { createDecoder, EXCHANGE } from './decode';
import { tradeHistory } from './history';
import { instruments } from './instruments';
import { klines } from './klines';
import { heartbeat, limits } from './limits';
import { nativeSymbol, subscribeFrames, topics, unsubscribeFrames } from './subscribe';

/** Coinbase Exchange. */
export const coinbase: Venue = {
  name: EXCHANGE,
  title: 'Coinbase',
  webSocketUrl: 'wss://ws-feed.exchange.coinbase.com',
  restUrl: 'https://api.exchange.coinbase.com',
  limits,
  heartbeat,
  consecutiveTradeIds: true,
  // The ticker fires on trades only: between trades the quote ages unseen.
  quoteMaxAgeMs: 60_000,
  nativeSymbol,
  topics,
  subscribeFrames,
  unsubscribeFrames,
  createDecoder,
  instruments,
  tradeHistory,
  klines,
};
