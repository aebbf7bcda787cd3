import { type Candle, replaces } from '@neuraltrade/contracts';
import type { CandlesQuery, MarketStore } from '@neuraltrade/storage';
import type { LiveCandles } from './live-candles';

const MAX_READS = 8;

/** A read was refused because too many are running. */
export class HistoryBusyError extends Error {
  override readonly name = 'HistoryBusyError';
}

/** Candles of the store and those that only the bus has told yet, as one ascending series. */
export class CandleHistory {
  private reads = 0;
  private fault = '';
  /** Told when a read has failed. */
  onFault: () => void = () => undefined;

  /**
   * @param store where closed candles are.
   * @param live the newest candles.
   */
  constructor(
    private readonly store: MarketStore,
    private readonly live: LiveCandles,
  ) {}

  /**
   * The newest `limit` candles of a series, the open one included; of two for one interval the one with the larger
   * (epoch, revision).
   * @throws HistoryBusyError when too many reads are running; otherwise what the store throws.
   */
  async newest(query: CandlesQuery): Promise<Candle[]> {
    if (this.reads >= MAX_READS) throw new HistoryBusyError('Too many candle reads at once: try again.');
    this.reads += 1;
    try {
      const stored = await this.store.candles(query);
      this.fault = '';
      return merge(stored, this.live.newest(query), query);
    } catch (error) {
      this.fault = `The last read of candles failed: ${error instanceof Error ? error.message : String(error)}`;
      this.onFault();
      throw error;
    } finally {
      this.reads -= 1;
    }
  }

  /** What went wrong at the last read, a sentence; empty when it went well. */
  lastFault(): string {
    return this.fault;
  }

  /** The store can be read again, though nobody has asked for candles since. */
  mended(): void {
    this.fault = '';
  }
}

function merge(
  stored: readonly Candle[],
  live: readonly Candle[],
  { limit, before }: CandlesQuery,
): Candle[] {
  const byTime = new Map(stored.map((candle) => [candle.timestamp, candle]));
  for (const candle of live) {
    if (before !== undefined && candle.timestamp >= before) continue;
    const other = byTime.get(candle.timestamp);
    if (other === undefined || replaces(candle, other)) byTime.set(candle.timestamp, candle);
  }
  const ascending = [...byTime.values()].sort((a, b) => a.timestamp - b.timestamp);
  return ascending.slice(-limit);
}
