import type { ClosedCandle } from '../closed-candle';
import { SHORT } from './short-selling';
import {
  type ParameterValues,
  type Strategy,
  type StrategyDefinition,
  type StrategyDescription,
  valueOf,
} from './strategy';

/** What a model says of one candle; the three sum to 1. */
export interface ModelProbabilities {
  /** Probability that buying pays, 0 to 1. */
  readonly buy: number;
  /** Probability that neither pays, 0 to 1. */
  readonly hold: number;
  /** Probability that selling pays, 0 to 1. */
  readonly sell: number;
}

/** What the model says after a candle; null where it says nothing, as during its warm-up. Must not look at later candles. */
export type JudgeCandle = (candle: ClosedCandle) => ModelProbabilities | null;

/**
 * The strategy that acts on a model's probabilities. They come from outside, so that this library needs no model.
 * @param judge asked once for each candle, in order.
 * @param warmUp candles before its first judgement, >= 1.
 */
export function modelRule(judge: JudgeCandle, warmUp: number): StrategyDefinition {
  return { ...MODEL_RULE, create: (values) => new ModelRule(judge, warmUp, values) };
}

/** What the rule can be told; {@link modelRule} adds the model. */
export const MODEL_RULE: StrategyDescription = {
  name: 'model',
  summary:
    'Buys when the model gives buying at least the probability enter and more than selling, sells the other way round, and keeps a position for hold candles after the last such word.',
  parameters: [
    {
      name: 'enter',
      description: 'Least probability of buying (or selling) that it acts on.',
      min: 0,
      max: 1,
      whole: false,
      default: 0.5,
    },
    {
      name: 'hold',
      description: 'Candles for which a position is kept after the model last asked for it.',
      min: 1,
      max: 100_000,
      whole: true,
      default: 5,
    },
    SHORT,
  ],
  conflict: () => null,
};

class ModelRule implements Strategy {
  private readonly enter: number;
  private readonly hold: number;
  private readonly short: number;
  private target = 0;
  private candlesLeft = 0;

  constructor(
    private readonly judge: JudgeCandle,
    readonly warmUp: number,
    values: ParameterValues,
  ) {
    this.enter = valueOf(values, 'enter');
    this.hold = valueOf(values, 'hold');
    this.short = valueOf(values, 'short');
  }

  onCandle(candle: ClosedCandle): number {
    if (this.candlesLeft > 0) this.candlesLeft -= 1;
    const judgement = this.judge(candle);
    if (judgement !== null && judgement.buy >= this.enter && judgement.buy > judgement.sell) {
      this.target = 1;
      this.candlesLeft = this.hold;
    } else if (judgement !== null && judgement.sell >= this.enter && judgement.sell > judgement.buy) {
      this.target = 0 - this.short;
      this.candlesLeft = this.hold;
    } else if (this.candlesLeft === 0) this.target = 0;
    return this.target;
  }
}
