import type { Gap, RawTick } from '@neuraltrade/contracts';
import type { Venue } from '@neuraltrade/venues';

/** Ids with more digits are not told apart by a double; no venue whose ids rise by one has any. */
const MOST_DIGITS = 15;

/**
 * Finds trades that are missing where nothing was recorded of gaps: of a venue whose ids rise by one, a jump of the id proves it.
 * Ids that come late after all close the gap again, in the processor's own book.
 */
export class IdHoles {
  private newest: RawTick | null = null;

  /** @param venue whose trades are looked at; where its ids have holes nothing is ever found. */
  constructor(private readonly venue: Venue) {}

  /** Looks at the next trade of a symbol: the gap in front of it, or null. */
  before(tick: RawTick): Gap | null {
    const last = this.newest;
    if (!this.venue.consecutiveTradeIds || tick.tradeId.length > MOST_DIGITS) return null;
    const id = Number(tick.tradeId);
    if (last === null || id > Number(last.tradeId)) this.newest = tick;
    if (last === null || id <= Number(last.tradeId) + 1) return null;
    const { exchange, symbol } = tick;
    return {
      gapId: `${exchange}:${symbol}:${last.tradeId}`,
      exchange,
      symbol,
      afterTradeId: last.tradeId,
      beforeTradeId: tick.tradeId,
      fromTimestamp: Math.min(last.timestamp, tick.timestamp),
      toTimestamp: tick.timestamp,
      missing: id - Number(last.tradeId) - 1,
      cause: 'sequence',
      status: 'unfillable',
    };
  }
}
