import type { ClosedCandle } from '../closed-candle';

/** What a strategy can be told, for help texts, checks and grids. */
export interface ParameterDescription {
  /** Its name in `--params` ('fast'). */
  readonly name: string;
  /** One sentence: meaning and unit. */
  readonly description: string;
  /** Smallest value, inclusive. */
  readonly min: number;
  /** Largest value, inclusive. */
  readonly max: number;
  /** Whether only whole numbers make sense. */
  readonly whole: boolean;
  /** The value when none is given. */
  readonly default: number;
}

/** A value for each parameter of a strategy, by name. */
export type ParameterValues = Readonly<Record<string, number>>;

/** One running instance of a strategy, for one symbol; it remembers what it has seen. */
export interface Strategy {
  /** Candles that it must have seen before it may leave zero, >= 1. */
  readonly warmUp: number;
  /**
   * Takes the next closed candle, in order of time, and says which position it wants from now on: the part of the equity that
   * shall be held, 1 = all of it bought, 0 = nothing held, -1 = as much sold short. Depends on the candles given so far alone.
   */
  onCandle(candle: ClosedCandle): number;
}

/** A kind of strategy as people choose it: what it is called and what it can be told. */
export interface StrategyDescription {
  /** Its name in `--strategy` ('ema-cross'). */
  readonly name: string;
  /** One sentence: when it buys and sells. */
  readonly summary: string;
  /** Its parameters, in the order in which they are told. */
  readonly parameters: readonly ParameterDescription[];
  /** Why these values, each in its range, cannot go together; null when they can. */
  readonly conflict: (values: ParameterValues) => string | null;
}

/** A kind of strategy, and how one is made. */
export interface StrategyDefinition extends StrategyDescription {
  /** A fresh instance. @param values one for each parameter, in range and without conflict. */
  readonly create: (values: ParameterValues) => Strategy;
}

/** The value of a parameter that the definition names. @throws Error when it is missing: a fault of the caller. */
export function valueOf(values: ParameterValues, name: string): number {
  const value = values[name];
  if (value === undefined) throw new Error(`The parameter ${name} has no value.`);
  return value;
}
