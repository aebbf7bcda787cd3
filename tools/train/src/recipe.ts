import type { LabelRule } from './data/labels';
import type { FitOptions } from './fit/fit-regression';

/** Everything that a training depends on beside its candles. */
export interface Recipe {
  /** Name and version of the model. */
  readonly modelVersion: string;
  /** Length of the candles. */
  readonly timeframe: string;
  /** What is to be foretold. */
  readonly labels: LabelRule;
  /** Part of the time that is trained on, 0 to 1; the rest judges. */
  readonly trainPart: number;
  /** How the numbers are found. */
  readonly fit: FitOptions;
}

/** An invented market to train on. */
export interface SimulatedMarket {
  /** Any whole number. */
  readonly seed: number;
  /** BASE/QUOTE. */
  readonly symbols: readonly string[];
  /** Mean number of trades a second over all venues and symbols. */
  readonly tradesPerSecond: number;
  /** Its beginning, ms UTC. */
  readonly from: number;
  /** Its length, hours. */
  readonly hours: number;
}

/** Where the model that comes with the project is kept, from the workspace. */
export const SHIPPED_FOLDER = 'models/direction-1m';

/** How the model that comes with the project is trained. */
export const SHIPPED_RECIPE: Recipe = {
  modelVersion: 'direction-1m-1',
  timeframe: '1m',
  labels: { horizonCandles: 5, bandBps: 8 },
  trainPart: 0.7,
  fit: { iterations: 8, ridge: 100, limit: 5 },
};

/** The market that it is trained on. */
export const SHIPPED_MARKET: SimulatedMarket = {
  seed: 1,
  symbols: ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD'],
  tradesPerSecond: 8,
  from: Date.UTC(2026, 0, 5),
  hours: 240,
};
