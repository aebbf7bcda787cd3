import type { FairPrices } from './fair-prices';
import type { Instrument } from './instrument';
import { MEAN_TRADES_PER_ORDER, OrderFlow } from './order-flow';
import type { SeededRandom } from './random';
import type { VenueTraits } from './venue-traits';

/** Mean time between two trades of one symbol before the start, microseconds. */
const TRADE_EVERY_US = 5e6;

/** One instrument that traded before the start. */
export interface PastSource {
  /** What traded. */
  readonly instrument: Instrument;
  /** Where. */
  readonly venue: VenueTraits;
}

/**
 * Trades what happened before a market's start: every symbol of every venue alike at one trade every five seconds on
 * average, whatever the rate afterwards. Before each order the makers look at the fair price once, so that prices follow
 * the same random walk as afterwards.
 */
export function tradePast(
  sources: readonly PastSource[],
  fair: FairPrices,
  random: SeededRandom,
  fromUs: number,
  toUs: number,
): void {
  if (sources.length === 0) return;
  const flow = new OrderFlow(random, fair);
  const meanGapUs = (TRADE_EVERY_US * MEAN_TRADES_PER_ORDER) / sources.length;
  for (let timeUs = fromUs; ;) {
    timeUs += Math.max(1, Math.round(random.exponential(meanGapUs)));
    if (timeUs >= toUs) return;
    const source = sources[random.below(sources.length)];
    if (source === undefined) return;
    flow.changeQuote(source.instrument, source.venue, timeUs, timeUs);
    flow.takeOrder(source.instrument, source.venue, timeUs);
  }
}
