import type { Example } from './dataset';

/** Examples to train on, and later ones to judge by. */
export interface TimeSplit {
  /** Known, with their labels, before the boundary. */
  readonly train: readonly Example[];
  /** Known behind the boundary and the embargo. */
  readonly test: readonly Example[];
  /** Where training ends, ms UTC. */
  readonly boundary: number;
  /** Examples whose label was not known yet at the boundary. */
  readonly purged: number;
  /** Examples whose features reach back over the boundary. */
  readonly embargoed: number;
}

/**
 * Splits by time, one boundary for all symbols and venues, so that nothing of the test is in the training: labels that reach over the
 * boundary are purged from the training, and behind it as many candles are left out as features look back (López de Prado, Advances in
 * Financial Machine Learning, 2018, chapter 7).
 * @param trainPart part of the time that is trained on, 0 to 1.
 * @param embargoMs how far features look back.
 */
export function splitByTime(examples: readonly Example[], trainPart: number, embargoMs: number): TimeSplit {
  const first = examples[0]?.knownAt ?? 0;
  const last = examples.at(-1)?.knownAt ?? 0;
  const boundary = Math.round(first + trainPart * (last - first));
  const train: Example[] = [];
  const test: Example[] = [];
  let purged = 0;
  let embargoed = 0;
  for (const example of examples) {
    if (example.knownAt <= boundary) {
      if (example.labelAt <= boundary) train.push(example);
      else purged += 1;
    } else if (example.knownAt <= boundary + embargoMs) embargoed += 1;
    else test.push(example);
  }
  return { train, test, boundary, purged, embargoed };
}
