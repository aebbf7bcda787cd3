import { formatCount, formatMove } from '../format/price-format';
import type { JudgedSignal } from './signal-book';

/** How the signals of a list have done, in a line; of those to act only, for a hold earns nothing. Empty without signals. */
export function signalTally(signals: readonly JudgedSignal[]): string {
  if (signals.length === 0) return '';
  let [hits, judged, returned] = [0, 0, 0];
  for (const { signal, outcome } of signals) {
    if (signal.signalType === 'hold' || outcome === null || outcome.returnBps === null) continue;
    judged += 1;
    returned += outcome.returnBps;
    if (outcome.status === 'hit') hits += 1;
  }
  const count = `${formatCount(signals.length)} listed`;
  if (judged === 0) return count;
  const share = Math.round((hits / judged) * 100);
  return `${count}, ${share}% of ${formatCount(judged)} judged to act hit, mean ${formatMove(returned / judged)}`;
}
