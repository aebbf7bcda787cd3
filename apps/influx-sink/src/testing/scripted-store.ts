import type { Candle, Gap, MlSignal, ProcessedTick, SignalOutcome } from '@neuraltrade/contracts';
import type {
  CandlesQuery,
  GapsQuery,
  LastPrice,
  LastPricesQuery,
  MarketStore,
  OutcomePerformance,
  SignalPerformance,
  SignalPerformanceQuery,
  SignalsQuery,
  StoreHealth,
} from '@neuraltrade/storage';
import type { StoredKind } from '../lane';

/** A write that reached the store: how many records of which kind. */
export interface SeenWrite {
  /** What was written. */
  readonly kind: StoredKind;
  /** The records. */
  readonly records: readonly object[];
}

/** A real store in front of which a test puts faults: before a write goes through, `gate` may throw or wait. */
export class ScriptedStore implements MarketStore {
  /** Every write that was begun, failed ones included. */
  readonly begun: SeenWrite[] = [];
  /** Every write that the real store took. */
  readonly taken: SeenWrite[] = [];
  /** Runs before each write; what it throws is the write's failure. */
  gate: (write: SeenWrite) => Promise<void> = () => Promise.resolve();
  /** Runs after the real store took a write and before its promise resolves. */
  afterwards: () => Promise<void> = () => Promise.resolve();

  /** @param real where writes go in the end. */
  constructor(private readonly real: MarketStore) {}

  /** Takes every fault away. */
  heal(): void {
    this.gate = () => Promise.resolve();
    this.afterwards = () => Promise.resolve();
  }

  /** See MarketStore. */
  writeTicks(ticks: readonly ProcessedTick[]): Promise<void> {
    return this.#write({ kind: 'ticks', records: ticks }, () => this.real.writeTicks(ticks));
  }

  /** See MarketStore. */
  writeCandles(candles: readonly Candle[]): Promise<void> {
    return this.#write({ kind: 'candles', records: candles }, () => this.real.writeCandles(candles));
  }

  /** See MarketStore. */
  writeGaps(gaps: readonly Gap[]): Promise<void> {
    return this.#write({ kind: 'gaps', records: gaps }, () => this.real.writeGaps(gaps));
  }

  /** See MarketStore. */
  writeSignals(signals: readonly MlSignal[]): Promise<void> {
    return this.#write({ kind: 'signals', records: signals }, () => this.real.writeSignals(signals));
  }

  /** See MarketStore. */
  writeOutcomes(outcomes: readonly SignalOutcome[]): Promise<void> {
    return this.#write({ kind: 'outcomes', records: outcomes }, () => this.real.writeOutcomes(outcomes));
  }

  /** See MarketStore. */
  lastPrices(query: LastPricesQuery): Promise<LastPrice[]> {
    return this.real.lastPrices(query);
  }

  /** See MarketStore. */
  candles(query: CandlesQuery): Promise<Candle[]> {
    return this.real.candles(query);
  }

  /** See MarketStore. */
  gaps(query: GapsQuery): Promise<Gap[]> {
    return this.real.gaps(query);
  }

  /** See MarketStore. */
  signals(query: SignalsQuery): Promise<MlSignal[]> {
    return this.real.signals(query);
  }

  /** See MarketStore. */
  outcomes(query: SignalsQuery): Promise<SignalOutcome[]> {
    return this.real.outcomes(query);
  }

  /** See MarketStore. */
  outcomePerformance(query: SignalPerformanceQuery): Promise<OutcomePerformance[]> {
    return this.real.outcomePerformance(query);
  }

  /** See MarketStore. */
  signalPerformance(query: SignalPerformanceQuery): Promise<SignalPerformance[]> {
    return this.real.signalPerformance(query);
  }

  /** See MarketStore. */
  health(): StoreHealth {
    return this.real.health();
  }

  /** See MarketStore. */
  close(): Promise<void> {
    return this.real.close();
  }

  async #write(seen: SeenWrite, write: () => Promise<void>): Promise<void> {
    this.begun.push(seen);
    await this.gate(seen);
    await write();
    await this.afterwards();
    this.taken.push(seen);
  }
}
