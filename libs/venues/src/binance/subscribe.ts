import { chunks } from '../chunks';
import type { SubscriptionFrame, Topic } from '../venue';
import { limits } from './limits';

/** 'BTC/USDT' as the frames and REST answers spell it: 'BTCUSDT'. */
export function nativeSymbol(symbol: string): string {
  return symbol.replace('/', '');
}

/** Trades and best bid and ask are two streams without a common order. */
export function topics(symbol: string): Topic[] {
  return [
    { purpose: 'trades', symbol },
    { purpose: 'quotes', symbol },
  ];
}

/** SUBSCRIBE requests. */
export function subscribeFrames(wanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  return requests('SUBSCRIBE', wanted, firstRequestId);
}

/** UNSUBSCRIBE requests. */
export function unsubscribeFrames(unwanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  return requests('UNSUBSCRIBE', unwanted, firstRequestId);
}

function requests(method: string, wanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  const known = wanted.filter(({ purpose }) => purpose !== 'heartbeat');
  return chunks(known, limits.topicsPerRequest).map((part, index) => {
    const id = firstRequestId + index;
    return {
      text: JSON.stringify({ method, params: part.map(streamName), id }),
      requestId: String(id),
      topics: part,
    };
  });
}

/** Stream names are lower case; toLowerCase is the same in every locale. */
function streamName({ purpose, symbol }: Topic): string {
  return `${nativeSymbol(symbol).toLowerCase()}@${purpose === 'trades' ? 'trade' : 'bookTicker'}`;
}
