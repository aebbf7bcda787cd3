import { chunks } from '../chunks';
import type { SubscriptionFrame, Topic } from '../venue';
import { limits } from './limits';

/** The venue's v2 feed spells symbols as we do ('BTC/USD'). */
export function nativeSymbol(symbol: string): string {
  return symbol;
}

/** Trades, and best bid and ask whenever they change. */
export function topics(symbol: string): Topic[] {
  return [
    { purpose: 'trades', symbol },
    { purpose: 'quotes', symbol },
  ];
}

/** One request a channel and chunk of symbols: many small ones are refused at random. */
export function subscribeFrames(wanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  return requests('subscribe', wanted, firstRequestId);
}

/** As {@link subscribeFrames}. */
export function unsubscribeFrames(unwanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  return requests('unsubscribe', unwanted, firstRequestId);
}

function requests(method: string, wanted: readonly Topic[], firstRequestId: number): SubscriptionFrame[] {
  const parts = (['trades', 'quotes'] as const).flatMap((purpose) =>
    chunks(
      wanted.filter((topic) => topic.purpose === purpose),
      limits.topicsPerRequest,
    ).map((topicsOfPart) => ({ purpose, topicsOfPart })),
  );
  return parts.map(({ purpose, topicsOfPart }, index) => {
    const symbol = topicsOfPart.map((topic) => nativeSymbol(topic.symbol));
    const req_id = firstRequestId + index;
    return {
      text: JSON.stringify({ method, params: parameters(purpose, symbol), req_id }),
      requestId: String(req_id),
      topics: topicsOfPart,
    };
  });
}

/** `snapshot` is always said: its default has changed before. */
function parameters(purpose: 'trades' | 'quotes', symbol: string[]): object {
  return purpose === 'trades'
    ? { channel: 'trade', symbol, snapshot: false }
    : { channel: 'ticker', symbol, event_trigger: 'bbo', snapshot: true };
}
