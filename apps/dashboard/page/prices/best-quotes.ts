import type { PriceRow } from '../protocol';

/** A quote older than this is compared with no other: its market has moved on since, ms. */
export const COMPARABLE_MS = 10_000;

/** The best price of one side, and who quotes it. */
export interface BestSide {
  /** Quote currency. */
  readonly price: number;
  /** The venues that quote it, at least one. */
  readonly exchanges: readonly string[];
}

/** The best quotes of one symbol over all venues. */
export interface BestQuotes {
  /** Highest bid; null without a comparable quote. */
  readonly bid: BestSide | null;
  /** Lowest ask; null without a comparable quote. */
  readonly ask: BestSide | null;
  /**
   * Best ask less best bid in hundredths of a percent of their mean: negative when crossed, so that buying at one venue and
   * selling at the other would pay. null with fewer than two venues to compare.
   */
  readonly spreadBps: number | null;
}

const NOTHING: BestQuotes = { bid: null, ask: null, spreadBps: null };

/**
 * The best quotes among the rows of one symbol at `now` (ms UTC, the clock that ages are counted by; null while unknown).
 * Trades without a quote and quotes beyond COMPARABLE_MS do not count.
 */
export function bestQuotes(rows: Iterable<PriceRow>, now: number | null): BestQuotes {
  if (now === null) return NOTHING;
  let venues = 0;
  let bid: { price: number; exchanges: string[] } | null = null;
  let ask: { price: number; exchanges: string[] } | null = null;
  for (const row of rows) {
    if (!row.quoted || now - row.timestamp > COMPARABLE_MS) continue;
    venues += 1;
    if (bid === null || row.bid > bid.price) bid = { price: row.bid, exchanges: [row.exchange] };
    else if (row.bid === bid.price) bid.exchanges.push(row.exchange);
    if (ask === null || row.ask < ask.price) ask = { price: row.ask, exchanges: [row.exchange] };
    else if (row.ask === ask.price) ask.exchanges.push(row.exchange);
  }
  if (bid === null || ask === null) return NOTHING;
  const spreadBps = venues < 2 ? null : ((ask.price - bid.price) / ((ask.price + bid.price) / 2)) * 10_000;
  return { bid, ask, spreadBps };
}
