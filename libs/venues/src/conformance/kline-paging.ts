import type { Kline, KlineRange } from '../kline';
import type { RestRequest, Venue } from '../venue';

/** Everything that paging through a range of candles gave. */
export interface FetchedKlines {
  /** The candles of all pages in the order the pages came. */
  readonly klines: Kline[];
  /** The requests in order. */
  readonly requests: RestRequest[];
}

/** Follows a range from page to page; `serve` answers a request. Ends after 50 pages at the latest. */
export function fetchKlines(
  venue: Venue,
  range: KlineRange,
  serve: (url: URL) => unknown,
  receivedAt: number,
): FetchedKlines {
  const klines: Kline[] = [];
  const requests: RestRequest[] = [];
  let request = venue.klines.firstRequest(range);
  while (request !== null && requests.length < 50) {
    requests.push(request);
    const body = JSON.stringify(serve(new URL(request.path, venue.restUrl)));
    const page = venue.klines.decode(range, request, body, receivedAt);
    klines.push(...page.klines);
    request = page.next;
  }
  return { klines, requests };
}

/** The opening times from `from` (inclusive) to `to` (exclusive) in steps of `lengthMs`, ms UTC. */
export function opensBetween(from: number, to: number, lengthMs: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.ceil((to - from) / lengthMs)) },
    (_, at) => from + at * lengthMs,
  );
}
