import type { OutcomeFigures, OutcomePerformance } from './signal-queries';

/** The outcomes of one model version on one UTC day as a database counts them: of the signals to act, or of the holds. */
export interface OutcomeCounts {
  /** Name and version of the model. */
  readonly modelVersion: string;
  /** Start of the UTC day, ms UTC. */
  readonly day: number;
  /** Whether these are the holds. */
  readonly holds: boolean;
  /** How many went as the signal said. */
  readonly hits: number;
  /** How many did not. */
  readonly misses: number;
  /** How many nothing can be said of. */
  readonly unjudged: number;
  /** Sum of `returnBps` of hits and misses, basis points. */
  readonly returnBpsSum: number;
}

const NONE: OutcomeFigures = {
  judged: 0,
  hits: 0,
  misses: 0,
  unjudged: 0,
  hitRate: null,
  meanReturnBps: null,
};

/** One row a model version and day, in the order of the counts; those of one model and day stand together. */
export function outcomePerformances(counts: readonly OutcomeCounts[]): OutcomePerformance[] {
  const days: OutcomePerformance[] = [];
  for (const { modelVersion, day, holds, ...counted } of counts) {
    const last = days.at(-1);
    const isSame = last?.modelVersion === modelVersion && last.day === day;
    const { acts, holds: held } = isSame ? last : { acts: NONE, holds: NONE };
    const figures = figuresOf(counted);
    const row = { modelVersion, day, acts: holds ? acts : figures, holds: holds ? figures : held };
    if (isSame) days[days.length - 1] = row;
    else days.push(row);
  }
  return days;
}

function figuresOf({
  hits,
  misses,
  unjudged,
  returnBpsSum,
}: Pick<OutcomeCounts, 'hits' | 'misses' | 'unjudged' | 'returnBpsSum'>): OutcomeFigures {
  const judged = hits + misses;
  const hitRate = judged === 0 ? null : hits / judged;
  return {
    judged,
    hits,
    misses,
    unjudged,
    hitRate,
    meanReturnBps: judged === 0 ? null : returnBpsSum / judged,
  };
}
