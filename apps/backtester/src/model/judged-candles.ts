import type { BarSeries, JudgeCandle, ModelProbabilities } from '@neuraltrade/strategies';

/** What a model says of the candles of one history, in columns beside its bars; not a number where it says nothing. */
export interface JudgedCandles {
  /** Probability that buying pays, by candle. */
  readonly buy: Float64Array;
  /** Probability that neither pays. */
  readonly hold: Float64Array;
  /** Probability that selling pays. */
  readonly sell: Float64Array;
}

/** Columns in which nothing is said yet, in memory that threads share. */
export function unjudged(length: number): JudgedCandles {
  const column = (): Float64Array =>
    new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT)).fill(Number.NaN);
  return { buy: column(), hold: column(), sell: column() };
}

/** Writes what is said of the candle at a position. */
export function setJudgement(
  judged: JudgedCandles,
  index: number,
  { buy, hold, sell }: ModelProbabilities,
): void {
  judged.buy[index] = buy;
  judged.hold[index] = hold;
  judged.sell[index] = sell;
}

/** Finds what was said of a candle by its time, so that any number of strategies may ask. */
export function judgeOf({ openAt, length }: BarSeries, judged: JudgedCandles): JudgeCandle {
  return ({ timestamp }) => {
    let first = 0;
    for (let behind = length; first < behind;) {
      const middle = (first + behind) >>> 1;
      if ((openAt[middle] as number) < timestamp) first = middle + 1;
      else behind = middle;
    }
    const buy = judged.buy[first] ?? Number.NaN;
    if (openAt[first] !== timestamp || Number.isNaN(buy)) return null;
    return { buy, hold: judged.hold[first] as number, sell: judged.sell[first] as number };
  };
}
