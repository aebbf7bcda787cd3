import type { MlSignal, SignalOutcome } from '@neuraltrade/contracts';
import type { SignalFilter } from '../page/protocol';
import { KeyedLog } from './topics/keyed-log';

const MOST_SIGNALS = 500;

type Named = Pick<
  MlSignal,
  'exchange' | 'symbol' | 'timeframe' | 'modelVersion' | 'timestamp' | 'signalType'
>;

/** What names a signal, and its outcome with it. */
export function signalKey({
  exchange,
  symbol,
  timeframe,
  modelVersion,
  timestamp,
  signalType,
}: Named): string {
  return `${exchange}:${symbol}:${timeframe}:${timestamp}:${signalType}:${modelVersion}`;
}

/** The newest signals and outcomes; one version counts the changes of both. Bounded. */
export class SignalBook {
  private readonly signals = new KeyedLog<string, MlSignal>(MOST_SIGNALS);
  private readonly outcomes = new KeyedLog<string, SignalOutcome>(MOST_SIGNALS);
  private changes = 0;

  /** How many changes there were: the version of the newest one. */
  get version(): number {
    return this.changes;
  }

  /** Takes stored signals and outcomes, where none is known. */
  seed(signals: readonly MlSignal[], outcomes: readonly SignalOutcome[]): void {
    this.acceptSignals(signals.filter((signal) => this.signals.get(copyKey(signal)) === undefined));
    this.acceptOutcomes(outcomes.filter((outcome) => this.outcomes.get(signalKey(outcome)) === undefined));
  }

  /** Takes signals from the bus; a repeat takes the place of the copy before. */
  acceptSignals(signals: readonly MlSignal[]): void {
    for (const signal of signals) this.signals.put(copyKey(signal), signal, (this.changes += 1));
  }

  /** Takes outcomes from the bus; a repeat takes the place of the copy before. */
  acceptOutcomes(outcomes: readonly SignalOutcome[]): void {
    for (const outcome of outcomes) this.outcomes.put(signalKey(outcome), outcome, (this.changes += 1));
  }

  /** What changed after a version, of what the filter takes. */
  after(version: number, filter: SignalFilter): { signals: MlSignal[]; outcomes: SignalOutcome[] } {
    const matches = matcherOf(filter);
    return {
      signals: this.signals.after(version, matches),
      outcomes: this.outcomes.after(version, matches),
    };
  }

  /** The version of the newest change of what the filter takes; 0 when there is none. */
  newestVersion(filter: SignalFilter): number {
    const matches = matcherOf(filter);
    return Math.max(this.signals.newestVersion(matches), this.outcomes.newestVersion(matches));
  }

  /** Whether every change after this version is still known. */
  holdsAfter(version: number): boolean {
    return this.signals.holdsAfter(version) && this.outcomes.holdsAfter(version);
  }
}

/** What names a signal as the store keeps it: a model may judge one candle twice. */
function copyKey(signal: MlSignal): string {
  return `${signalKey(signal)}:${signal.riskLevel}`;
}

function matcherOf({
  exchange,
  symbol,
}: SignalFilter): (named: { exchange: string; symbol: string }) => boolean {
  return (named) =>
    (exchange === undefined || named.exchange === exchange) &&
    (symbol === undefined || named.symbol === symbol);
}
