import type { Market } from './market/market';
import type { SimulatorOptions } from './simulator-options';
import { SIMULATED_VENUES } from './venue-list';

const MAX_TRADES_PER_SECOND = 100_000;
const MAX_HISTORY_MS = 7 * 24 * 3_600_000;
/** A saved market may be this far ahead of the clock; it then waits. Further ahead, one of the two is wrong. */
const LONGEST_LEAD_MS = 60_000;

/** Checks the numbers of the options. @throws Error with a plain sentence for one that is out of range. */
export function checkOptions({ seed, tradesPerSecond, historyMs = 0 }: SimulatorOptions): void {
  if (!Number.isSafeInteger(seed)) throw new Error(`The seed must be an integer, not ${seed}.`);
  if (!(tradesPerSecond > 0 && tradesPerSecond <= MAX_TRADES_PER_SECOND)) {
    throw new Error(
      `The rate must be above 0 and at most ${MAX_TRADES_PER_SECOND} trades a second, not ${tradesPerSecond}.`,
    );
  }
  if (!(historyMs >= 0 && historyMs <= MAX_HISTORY_MS)) {
    throw new Error(`The history must be 0 to ${MAX_HISTORY_MS} ms long, not ${historyMs}.`);
  }
}

/**
 * Checks that something trades and that the market is not of the future.
 * @throws Error with a plain sentence when not.
 */
export function checkMarket(market: Market, symbols: readonly string[], nowMs: number): void {
  const listed = SIMULATED_VENUES.flatMap(({ traits }) => market.instrumentsOf(traits.name));
  if (!listed.some((instrument) => instrument.active)) {
    throw new Error(
      `No simulated venue lists any of the symbols ${symbols.join(', ') || '(none given)'}; ask for BASE/QUOTE such as BTC/USDT.`,
    );
  }
  const leadMs = market.timeMs - nowMs;
  if (leadMs > LONGEST_LEAD_MS) {
    throw new Error(
      `The saved market is ${Math.round(leadMs / 1000)} s ahead of the clock; set the clock right or remove the saved market.`,
    );
  }
}
