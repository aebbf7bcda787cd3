import { timeframeMs } from '@neuraltrade/contracts';
import { ExpectedError } from '@neuraltrade/service';
import { simulateTicks } from '@neuraltrade/venue-simulator';
import { BoundaryClock } from '../replay/boundary-clock';
import { MarketReplay } from '../replay/market-replay';
import { watchedFrom } from '../replay/watched-from';
import type { History } from './history';

/** Trades of each symbol a second, as in the past of a simulated market. */
const TRADES_PER_SECOND = 0.2;
/** Market time between two words of progress, ms. */
const STEP_MS = 6 * 3_600_000;

/**
 * An invented market: equal seed, venue, symbols and range give the same trades.
 * @param seed any whole number.
 */
export function simulatedHistory(seed: number): History {
  return {
    market: 'simulated',
    replay: async (plan, onProgress) => {
      const { exchange, timeframe, timing, from, to } = plan;
      const symbols = [...plan.symbols];
      if (from === undefined || to === undefined) throw new Error('A simulated market needs a range.');
      const replay = new MarketReplay(plan);
      const lengthMs = timeframeMs(timeframe) as number;
      const clock = new BoundaryClock(from, lengthMs, timing.latenessMs, (at) =>
        replay.take({ exchange, symbols, timestamp: at, offsetMs: 0 }),
      );
      const end = to + timing.latenessMs;
      const market = simulateTicks({
        exchanges: [exchange],
        symbols,
        seed,
        tradesPerSecond: TRADES_PER_SECOND * symbols.length,
        from,
        take: (tick) => {
          clock.advance(tick.timestamp);
          replay.take(tick);
        },
      });
      const unlisted = symbols.filter((symbol) => !market.symbols.includes(symbol));
      if (unlisted.length > 0)
        throw new ExpectedError(
          `The simulated ${exchange} does not list ${unlisted.join(', ')}; ask for a pair such as ${market.examples.join(', ')}.`,
        );
      for (const symbol of symbols) replay.take(watchedFrom({ exchange, symbol }, from));
      for (let at = from; at < end; at += STEP_MS) {
        market.advanceTo(Math.min(at + STEP_MS, end));
        onProgress((at - from) / (end - from));
        // A progress bar and Ctrl-C get their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
      clock.advance(end);
      return replay.finish();
    },
    candles: null,
    close: () => Promise.resolve(),
  };
}
