import type { Comparison } from './comparison';
import { simulatedFault } from './fault-list';

/** What a run tells beside its comparison. */
export interface RunFindings {
  /** Trades a second that the market made while faults were carried out. */
  readonly rate: number;
  /** Trades a second that were asked for. */
  readonly wantedRate: number;
  /** The faults that were to be carried out. */
  readonly wantedFaults: readonly string[];
  /** Candles that were published with two contents under one epoch and revision. */
  readonly conflicting: number;
  /** Sentences about what went wrong on the way. */
  readonly mishaps: readonly string[];
}

const LEAST_RATE = 0.8;

/** Why a run fails, a sentence each; none when it passes. */
export function faultsOf(comparison: Comparison, run: RunFindings): string[] {
  const { ticks, candles, gaps, faults } = comparison;
  const sentences = [...run.mishaps];
  const count = (number: number, what: string): void => {
    if (number > 0) sentences.push(`${number} ${what}.`);
  };
  count(ticks.missing, 'trades are missing');
  count(ticks.extra, 'stored ticks are too many');
  count(ticks.wrong, 'stored ticks are wrong');
  count(candles.wrong, 'candles are wrong');
  count(run.conflicting, 'candles were published with two contents under one epoch and revision');
  count(gaps.unaccounted, 'gaps are not accounted for');
  if (ticks.expected === 0) sentences.push('No trade was expected: nothing was verified.');
  if (candles.expected === 0)
    sentences.push('No candle was expected: the run was too short for its timeframes.');
  for (const name of run.wantedFaults) {
    if (!faults.some((fault) => fault.name === (simulatedFault(name) ?? name) && fault.count > 0))
      sentences.push(
        `The fault ${name} was not carried out: a longer run or a shorter --fault-every has room for it.`,
      );
  }
  if (run.rate < LEAST_RATE * run.wantedRate)
    sentences.push(
      `The market made ${run.rate.toFixed(1)} trades a second, below 80 % of the ${run.wantedRate} that were asked for.`,
    );
  return sentences;
}
