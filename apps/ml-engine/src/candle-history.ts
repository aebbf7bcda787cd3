import type { Candle } from '@neuraltrade/contracts';
import type { Metrics } from '@neuraltrade/metrics';
import type { Logger } from '@neuraltrade/service';
import type { CandlesQuery, MarketStore } from '@neuraltrade/storage';

/** A store that does not answer must not hold up the candles that come, ms. */
const DEADLINE_MS = 5_000;
/** A store that failed is left alone for so long, ms. */
const PAUSE_MS = 10_000;

/** What the history is read with. */
export interface CandleHistoryDeps {
  /** Where candles are stored. */
  readonly store: Pick<MarketStore, 'candles'>;
  /** Counts reads. */
  readonly metrics: Metrics;
  /** Told when the store fails. */
  readonly log: Pick<Logger, 'warn'>;
  /** A clock in ms that never falls; default performance.now. */
  readonly clock?: () => number;
}

/** Stored candles for features to begin with, from a store that may be away. */
export class CandleHistory {
  readonly #deps: CandleHistoryDeps;
  readonly #clock: () => number;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  /** @param deps what it works with. */
  constructor(deps: CandleHistoryDeps) {
    this.#deps = deps;
    this.#clock = deps.clock ?? (() => performance.now());
  }

  /** The stored candles, ascending; null when the store cannot tell now. */
  async read(query: CandlesQuery): Promise<Candle[] | null> {
    if (this.#clock() < this.#pausedUntil) return null;
    const { store, metrics, log } = this.#deps;
    let timer: NodeJS.Timeout | undefined;
    try {
      const deadline = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
      });
      const candles = await Promise.race([store.candles(query), deadline]);
      metrics.featureHistoryReads.inc({ outcome: 'read' });
      return candles;
    } catch (error) {
      metrics.featureHistoryReads.inc({ outcome: 'failed' });
      this.#pausedUntil = this.#clock() + PAUSE_MS;
      log.warn({ err: error }, 'Stored candles cannot be read: features begin without them until they can');
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
