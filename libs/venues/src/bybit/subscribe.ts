import { chunks } from '../chunks';
import type { SubscriptionFrame, Topic } from '../venue';
import { limits } from './limits';

/** 'BTC/USDT' as the venue spells it: 'BTCUSDT'. */
export function nativeSymbol(symbol: string): string {
  return symbol.replace('/', '');
}

/** Trades, and best bid and ask (the order book one level deep). */
export function topics(symbol: string): Topic[] {
  return [
    { purpose: 'trades', symbol },
    { purpose: 'quotes', symbol },
  ];
}

/** The venue's name of a topic. */
export function topicName({ purpose, symbol }: Topic): string {
  return `${purpose === 'trades' ? 'publicTrade' : 'orderbook.1'}.${nativeSymbol(symbol)}`;
}

/** Requests of at most ten topics; the answer is one a request. */
export function subscribeFrames(wanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  return requests('subscribe', wanted, firstRequestId);
}

/** As {@link subscribeFrames}. */
export function unsubscribeFrames(unwanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  return requests('unsubscribe', unwanted, firstRequestId);
}

function requests(op: string, wanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  const known = wanted.filter(({ purpose }) => purpose !== 'heartbeat');
  return chunks(known, limits.topicsPerRequest).map((part, index) => {
    const requestId = String(firstRequestId + index);
    return {
      text: JSON.stringify({ req_id: requestId, op, args: part.map(topicName) }),
      requestId,
      topics: part,
    };
  });
}
