/** Which signals or outcomes are wanted. */
export interface SignalsQuery {
  /** One venue; absent = all of them. */
  readonly exchange?: string;
  /** One symbol, BASE/QUOTE; absent = all of them. */
  readonly symbol?: string;
  /** One timeframe ('15m'); absent = all of them. */
  readonly timeframe?: string;
  /** One model version, 1 to 64 characters; absent = all of them. */
  readonly modelVersion?: string;
  /** The first timestamp, ms UTC, inclusive. */
  readonly from: number;
  /** The end, ms UTC, exclusive; not before `from`. */
  readonly to: number;
  /** Largest number of rows, 1 to 5,000. */
  readonly limit: number;
}

/** Which signals are counted. */
export interface SignalPerformanceQuery {
  /** One venue; absent = all of them. */
  readonly exchange?: string;
  /** The first instant, ms UTC, inclusive; a day that it cuts is counted from here on. */
  readonly from: number;
  /** The end, ms UTC, exclusive; not before `from`. */
  readonly to: number;
}

/** The signals of one model version on one UTC day; there is one for each day on which the model gave any signal. */
export interface SignalPerformance {
  /** Name and version of the model. */
  readonly modelVersion: string;
  /** Start of the UTC day, ms UTC. A signal belongs to the day of its timestamp, the close of its candle. */
  readonly day: number;
  /** Signals to buy, 0 and up. */
  readonly buy: number;
  /** Signals to sell, 0 and up. */
  readonly sell: number;
  /** Signals to do nothing, 0 and up. */
  readonly hold: number;
  /** Signals to act: buy + sell. */
  readonly total: number;
  /** buy / total, 0 to 1; null on a day with holds only. */
  readonly buyRatio: number | null;
}

/** What became of the signals of one model version on one UTC day; there is one for each day with any outcome. */
export interface OutcomePerformance {
  /** Name and version of the model. */
  readonly modelVersion: string;
  /** Start of the UTC day, ms UTC. An outcome belongs to the day of its signal's timestamp. */
  readonly day: number;
  /** Signals to act: to buy and to sell. */
  readonly acts: OutcomeFigures;
  /** Signals to do nothing. */
  readonly holds: OutcomeFigures;
}

/** What became of some signals. */
export interface OutcomeFigures {
  /** Hits and misses, 0 and up. */
  readonly judged: number;
  /** How many went as the signal said, 0 and up. */
  readonly hits: number;
  /** How many did not, 0 and up. */
  readonly misses: number;
  /** How many nothing can be said of, 0 and up. */
  readonly unjudged: number;
  /** hits / judged, 0 to 1; null when none was judged. */
  readonly hitRate: number | null;
  /** Mean of `returnBps` of those judged, basis points, as exact as a sum of doubles in any order; null when none was judged. */
  readonly meanReturnBps: number | null;
}
