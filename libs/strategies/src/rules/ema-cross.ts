import type { ClosedCandle } from '../closed-candle';
import { ExponentialAverage } from './exponential-average';
import { SHORT } from './short-selling';
import { type ParameterValues, type Strategy, type StrategyDefinition, valueOf } from './strategy';

/** Follows the trend that two averages of the closes show. */
export const emaCross: StrategyDefinition = {
  name: 'ema-cross',
  summary:
    'Buys while the fast exponential average of the closes is above the slow one, sells when it is below.',
  parameters: [
    {
      name: 'fast',
      description: 'Span of the fast average, candles.',
      min: 1,
      max: 5_000,
      whole: true,
      default: 12,
    },
    {
      name: 'slow',
      description: 'Span of the slow average, candles.',
      min: 2,
      max: 20_000,
      whole: true,
      default: 26,
    },
    SHORT,
  ],
  conflict: (values) =>
    valueOf(values, 'fast') < valueOf(values, 'slow')
      ? null
      : `fast=${valueOf(values, 'fast')} must be less than slow=${valueOf(values, 'slow')}`,
  create: (values) => new EmaCross(values),
};

class EmaCross implements Strategy {
  readonly warmUp: number;
  private readonly fast: ExponentialAverage;
  private readonly slow: ExponentialAverage;
  private readonly below: number;
  private seen = 0;
  private target = 0;

  constructor(values: ParameterValues) {
    this.warmUp = valueOf(values, 'slow');
    this.fast = new ExponentialAverage(valueOf(values, 'fast'));
    this.slow = new ExponentialAverage(valueOf(values, 'slow'));
    this.below = 0 - valueOf(values, 'short');
  }

  onCandle({ close }: ClosedCandle): number {
    const fast = this.fast.next(close);
    const slow = this.slow.next(close);
    this.seen += 1;
    if (this.seen < this.warmUp) return 0;
    if (fast > slow) this.target = 1;
    else if (fast < slow) this.target = this.below;
    return this.target;
  }
}
