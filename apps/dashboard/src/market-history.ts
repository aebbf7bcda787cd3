import { type Candle, type Gap, replaces } from '@neuraltrade/contracts';
import type {
  CandlesQuery,
  GapsQuery,
  MarketStore,
  OutcomeFigures,
  SignalPerformance,
  SignalPerformanceQuery,
  SignalsQuery,
} from '@neuraltrade/storage';
import type { PerformanceRow, SignalsAnswer } from '../page/protocol';
import type { LiveCandles } from './live-candles';
import { signalKey } from './signal-book';

const MAX_READS = 8;
const MOST_OUTCOMES = 5_000;
const NO_OUTCOME: OutcomeFigures = {
  judged: 0,
  hits: 0,
  misses: 0,
  unjudged: 0,
  hitRate: null,
  meanReturnBps: null,
};

/** A read was refused because too many are running. */
export class HistoryBusyError extends Error {
  override readonly name = 'HistoryBusyError';
}

/** What the store holds of the past; a few reads at once. */
export class MarketHistory {
  private reads = 0;
  private fault = '';
  /** Told when a read has failed. */
  onFault: () => void = () => undefined;

  /**
   * @param store where everything is.
   * @param live the newest candles.
   */
  constructor(
    private readonly store: MarketStore,
    private readonly live: LiveCandles,
  ) {}

  /**
   * The newest `limit` candles of a series, the open one included, which only the bus has told; of two for one interval the
   * one with the larger (epoch, revision).
   * @throws HistoryBusyError when too many reads are running; otherwise what the store throws; so do the others.
   */
  candles(query: CandlesQuery): Promise<Candle[]> {
    return this.read(async () => merge(await this.store.candles(query), this.live.newest(query), query));
  }

  /** Gaps of one series. */
  gaps(query: GapsQuery): Promise<Gap[]> {
    return this.read(() => this.store.gaps(query));
  }

  /** Signals, and the outcomes of these signals. */
  signals(query: SignalsQuery): Promise<SignalsAnswer> {
    return this.read(async () => {
      const signals = await this.store.signals(query);
      const [oldest] = signals;
      if (oldest === undefined) return { signals, outcomes: [] };
      const own = new Set(signals.map(signalKey));
      const outcomes = await this.store.outcomes({ ...query, from: oldest.timestamp, limit: MOST_OUTCOMES });
      return { signals, outcomes: outcomes.filter((outcome) => own.has(signalKey(outcome))) };
    });
  }

  /** How many signals each model gave on each day, and what became of them, ascending by day, then by model version. */
  performance(query: SignalPerformanceQuery): Promise<PerformanceRow[]> {
    return this.read(async () => {
      const [given, judged] = await Promise.all([
        this.store.signalPerformance(query),
        this.store.outcomePerformance(query),
      ]);
      const key = ({ day, modelVersion }: Pick<SignalPerformance, 'day' | 'modelVersion'>): string =>
        `${day} ${modelVersion}`;
      const outcomes = new Map(judged.map((row) => [key(row), row]));
      return given.map((row) => {
        const { acts = NO_OUTCOME, holds = NO_OUTCOME } = outcomes.get(key(row)) ?? {};
        return { ...row, acts, holds };
      });
    });
  }

  /** What went wrong at the last read, a sentence; empty when it went well. */
  lastFault(): string {
    return this.fault;
  }

  /** The store can be read again, though nobody has asked since. */
  mended(): void {
    this.fault = '';
  }

  private async read<T>(task: () => Promise<T>): Promise<T> {
    if (this.reads >= MAX_READS) throw new HistoryBusyError('Too many reads of history at once: try again.');
    this.reads += 1;
    try {
      const found = await task();
      this.fault = '';
      return found;
    } catch (error) {
      this.fault = `The last read of history failed: ${error instanceof Error ? error.message : String(error)}`;
      this.onFault();
      throw error;
    } finally {
      this.reads -= 1;
    }
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
