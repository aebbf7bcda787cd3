import { readCaptures, replayRecords } from '@neuraltrade/exchange';
import { createMetrics } from '@neuraltrade/metrics';
import { ExpectedError } from '@neuraltrade/service';
import type { Venue } from '@neuraltrade/venues';
import { MarketReplay } from '../replay/market-replay';
import type { History } from './history';

/** Adapters of a replay have nobody to report to; what they could not use is counted. */
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * The history in recordings of one venue: the very adapters are run on them again.
 * @param files absolute paths, at least one.
 */
export function captureHistory(files: readonly string[], venue: Venue): History {
  return {
    // A recording does not say where its frames came from.
    market: 'unknown',
    replay: async (plan, onProgress) => {
      const venues = [{ venue, symbols: plan.symbols }];
      const { sessions } = await readCaptures(files, venues);
      if (sessions.length === 0)
        throw new ExpectedError(
          `${files.join(', ')}: no frame of ${venue.title} in it. A capture has one JSON line a frame: {"venue","recv_ms","frame"}.`,
        );
      const replay = new MarketReplay(plan);
      for (const [index, session] of sessions.entries()) {
        if (index > 0) replay.startAnew();
        await replayRecords(session, {
          venues,
          take: (record) => replay.take(record),
          metrics: createMetrics(),
          log: SILENT,
        });
        onProgress((index + 1) / sessions.length);
      }
      const histories = replay.finish();
      const missing = histories.find(({ coverage }) => coverage.ticks === 0);
      if (missing !== undefined)
        throw new ExpectedError(
          `${files.join(', ')}: no trade of ${venue.title} ${missing.coverage.symbol} in it.`,
        );
      return histories;
    },
    candles: null,
    close: () => Promise.resolve(),
  };
}
