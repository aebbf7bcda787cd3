import type { MlSignal, SignalOutcome } from '@neuraltrade/contracts';

const MOST_SIGNALS = 500;

/** A signal and, once its horizon is over, what became of it. */
export interface JudgedSignal {
  /** What the model said. */
  readonly signal: MlSignal;
  /** What became of it; null while pending. */
  readonly outcome: SignalOutcome | null;
}

type Identity = Pick<
  MlSignal,
  'exchange' | 'symbol' | 'timeframe' | 'modelVersion' | 'timestamp' | 'signalType'
>;

/** The newest signals with their outcomes, in whatever order the two come. Bounded: the oldest are forgotten. */
export class SignalBook {
  private readonly signals = new Map<string, MlSignal>();
  private readonly outcomes = new Map<string, SignalOutcome>();
  private sorted: JudgedSignal[] | null = [];

  /** Takes signals; a repeat takes the place of the earlier copy. */
  takeSignals(signals: readonly MlSignal[]): void {
    for (const signal of signals) this.signals.set(keyOf(signal), signal);
    forgetOldest(this.signals);
    this.sorted = null;
  }

  /** Takes outcomes, also of signals that are not known yet. */
  takeOutcomes(outcomes: readonly SignalOutcome[]): void {
    for (const outcome of outcomes) this.outcomes.set(keyOf(outcome), outcome);
    forgetOldest(this.outcomes);
    this.sorted = null;
  }

  /** All signals, the newest first; the same list until something is taken. */
  newestFirst(): readonly JudgedSignal[] {
    return (this.sorted ??= [...this.signals]
      .map(([key, signal]) => ({ signal, outcome: this.outcomes.get(key) ?? null }))
      .sort((a, b) => b.signal.timestamp - a.signal.timestamp));
  }
}

function keyOf({ exchange, symbol, timeframe, modelVersion, timestamp, signalType }: Identity): string {
  return [exchange, symbol, timeframe, modelVersion, timestamp, signalType].join('|');
}

function forgetOldest(records: Map<string, { readonly timestamp: number }>): void {
  if (records.size <= MOST_SIGNALS) return;
  const oldestFirst = [...records].sort(([, a], [, b]) => a.timestamp - b.timestamp);
  for (const [key] of oldestFirst.slice(0, records.size - MOST_SIGNALS)) records.delete(key);
}
