import { chunks } from '../chunks';
import type { SubscriptionFrame, Topic } from '../venue';
import { limits } from './limits';

/** The channel that carries each purpose. */
export const CHANNELS = { trades: 'matches', quotes: 'ticker', heartbeat: 'heartbeat' } as const;

/** 'BTC/USDT' as the venue's product id: 'BTC-USDT'. */
export function nativeSymbol(symbol: string): string {
  return symbol.replace('/', '-');
}

/** Trades, best bid and ask on trades, and a heartbeat that names the newest trade. */
export function topics(symbol: string): Topic[] {
  return [
    { purpose: 'trades', symbol },
    { purpose: 'quotes', symbol },
    { purpose: 'heartbeat', symbol },
  ];
}

/** Requests carry no id: the venue's answer lists the whole current set. */
export function subscribeFrames(wanted: readonly Topic[], _firstRequestId: number): SubscriptionFrame[] {
  return requests('subscribe', wanted);
}

/** As {@link subscribeFrames}. */
export function unsubscribeFrames(unwanted: readonly Topic[], _firstRequestId: number): SubscriptionFrame[] {
  return requests('unsubscribe', unwanted);
}

function requests(type: string, wanted: readonly Topic[]): SubscriptionFrame[] {
  return chunks(wanted, limits.topicsPerRequest).map((part) => ({
    text: JSON.stringify({ type, channels: channelsOf(part) }),
    requestId: null,
    topics: part,
  }));
}

function channelsOf(part: readonly Topic[]): { name: string; product_ids: string[] }[] {
  const products = new Map<string, string[]>();
  for (const { purpose, symbol } of part) {
    const name = CHANNELS[purpose];
    products.set(name, [...(products.get(name) ?? []), nativeSymbol(symbol)]);
  }
  return [...products].map(([name, product_ids]) => ({ name, product_ids }));
}
