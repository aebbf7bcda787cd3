import type { TradeEvent } from '../events';
import type { HistoryRange, RestRequest, Venue } from '../venue';

/** Everything that paging through a range gave. */
export interface Fetched {
  /** Ids of the trades of all pages, in the order the pages came, each page ascending. */
  readonly ids: string[];
  /** The trades themselves. */
  readonly trades: TradeEvent[];
  /** The requested paths in order. */
  readonly paths: string[];
  /** Rows that could not be read. */
  readonly refused: number;
}

/** Follows a range from page to page as an adapter does; `serve` answers a path. Ends after 50 pages at the latest. */
export function fetchRange(venue: Venue, range: HistoryRange, serve: (url: URL) => unknown): Fetched {
  const paths: string[] = [];
  const trades: TradeEvent[] = [];
  let refused = 0;
  let request: RestRequest | null = venue.tradeHistory.firstRequest(range);
  while (request !== null && paths.length < 50) {
    paths.push(request.path);
    const answer = serve(new URL(request.path, venue.restUrl));
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const page = venue.tradeHistory.decode(range, request, body, {}, 0);
    trades.push(...page.trades);
    refused += page.refused;
    request = page.next;
  }
  return { ids: trades.map(({ tradeId }) => tradeId), trades, paths, refused };
}

/** The ids strictly between two, as texts. */
export function idsBetween(after: number, before: number): string[] {
  return Array.from({ length: Math.max(0, before - after - 1) }, (_, index) => String(after + 1 + index));
}

/** The fetched ids that the range asks for, ascending, without repeats. */
export function wanted({ ids }: Fetched, after: number, before: number): string[] {
  const inside = new Set(ids.map(Number).filter((id) => id > after && id < before));
  return [...inside].sort((a, b) => a - b).map(String);
}
