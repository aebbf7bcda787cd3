import { compareTradeIds, PermanentError } from '@neuraltrade/contracts';
import type { HistoryRange, RestRequest, TradeEvent, Venue } from '@neuraltrade/venues';
import { type RestAnswer, RestRefused } from './rest-get';
import type { RestUrgency } from './rest-queue';
import type { RestScheduler } from './rest-scheduler';
import type { Timers } from './timers';

/** Statuses by which a venue refuses a kind of request rather than this one. */
const NOT_OFFERED: ReadonlySet<number> = new Set([401, 403, 404]);

/** How far (ms) the time of a trade may lie outside those of the trades around it: venues' times are not strictly ordered by id. */
const STRAY_MS = 60_000;

/** One page of past trades. */
export interface FetchedPage {
  /** Ascending ids; may lie partly outside the range. */
  readonly trades: readonly TradeEvent[];
  /** Arrival of the answer by our clock, ms UTC. */
  readonly receivedAt: number;
  /** Whether the venue has nothing more for the range. */
  readonly last: boolean;
  /** Rows that could not be read. */
  readonly refused: number;
  /** Whether these are just the newest trades, because the venue does not serve the range. */
  readonly newestOnly: boolean;
}

/** What pages are fetched with. */
export interface HistoryPagesDeps {
  /** Whose history. */
  readonly venue: Venue;
  /** Sends the requests. */
  readonly rest: RestScheduler;
  /** Stamps the answers. */
  readonly timers: Timers;
  /** Whether the pages are still needed. */
  readonly wanted: () => boolean;
  /** How the requests stand among others; 'needed' by default. */
  readonly urgency?: RestUrgency;
}

/**
 * The pages of a range in the venue's order. Where the venue refuses to serve by id, its newest trades are the only page.
 * @throws what {@link RestScheduler.get} throws, and PermanentError for an answer that is no history.
 */
export async function* historyPages(
  deps: HistoryPagesDeps,
  range: HistoryRange,
): AsyncGenerator<FetchedPage> {
  const { tradeHistory } = deps.venue;
  let request = tradeHistory.firstRequest(range);
  for (let first = true; request !== null; first = false) {
    const asked: RestRequest = request;
    try {
      const { page, receivedAt } = await fetchPage(deps, range, asked);
      request = page.next;
      const { trades, refused } = page;
      yield { trades, receivedAt, last: request === null, refused, newestOnly: false };
    } catch (error) {
      if (!first || !(error instanceof RestRefused) || !NOT_OFFERED.has(error.status)) throw error;
      const newest = tradeHistory.firstRequest({ ...range, afterTradeId: null, beforeTradeId: null });
      if (newest === null || newest.path === asked.path) throw error;
      const { page, receivedAt } = await fetchPage(deps, range, newest);
      yield { trades: page.trades, receivedAt, last: false, refused: page.refused, newestOnly: true };
      return;
    }
  }
}

/** A trade with an id of the range and a time far outside of it: an answer to another question, say of a broken cache. */
function strayTrade(range: HistoryRange, trades: readonly TradeEvent[]): TradeEvent | undefined {
  const { afterTradeId, beforeTradeId, fromTimestamp, toTimestamp } = range;
  if (afterTradeId === null || beforeTradeId === null || toTimestamp === null) return undefined;
  return trades.find(
    ({ tradeId, timestamp }) =>
      (timestamp < fromTimestamp - STRAY_MS || timestamp > toTimestamp + STRAY_MS) &&
      compareTradeIds(tradeId, afterTradeId) > 0 &&
      compareTradeIds(tradeId, beforeTradeId) < 0,
  );
}

function fetchPage(deps: HistoryPagesDeps, range: HistoryRange, request: RestRequest) {
  const { venue, rest, timers, wanted, urgency } = deps;
  const read = ({ body, headers }: RestAnswer) => {
    const receivedAt = timers.now();
    const page = venue.tradeHistory.decode(range, request, body, headers, receivedAt);
    const stray = strayTrade(range, page.trades);
    if (stray === undefined) return { page, receivedAt };
    const { tradeId, timestamp } = stray;
    const sentence = `${venue.title} answered with a trade ${tradeId} of ${new Date(timestamp).toISOString()}, which is not the one of ${range.symbol}`;
    throw new PermanentError('malformed', sentence);
  };
  return rest.get(request, read, wanted, urgency);
}
