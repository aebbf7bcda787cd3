import type { ClosedCandle } from '../closed-candle';
import { RelativeStrength } from './relative-strength';
import { SHORT } from './short-selling';
import { type ParameterValues, type Strategy, type StrategyDefinition, valueOf } from './strategy';

/** Bets that a price which moved fast in one direction comes back. */
export const rsiReversion: StrategyDefinition = {
  name: 'rsi-reversion',
  summary:
    'Buys when the relative strength index falls below low and holds until it is back at exit; with short=1 the mirror image above high.',
  parameters: [
    {
      name: 'period',
      description: 'Changes that the index averages, candles.',
      min: 1,
      max: 5_000,
      whole: true,
      default: 14,
    },
    {
      name: 'low',
      description: 'Index below which it buys.',
      min: 0,
      max: 100,
      whole: false,
      default: 30,
    },
    {
      name: 'exit',
      description: 'Index at which a position ends.',
      min: 0,
      max: 100,
      whole: false,
      default: 50,
    },
    {
      name: 'high',
      description: 'Index above which it sells short, with short=1.',
      min: 0,
      max: 100,
      whole: false,
      default: 70,
    },
    SHORT,
  ],
  conflict: (values) => {
    const [low, exit, high] = [valueOf(values, 'low'), valueOf(values, 'exit'), valueOf(values, 'high')];
    return low <= exit && exit <= high
      ? null
      : `low=${low}, exit=${exit} and high=${high} must not fall in this order`;
  },
  create: (values) => new RsiReversion(values),
};

class RsiReversion implements Strategy {
  readonly warmUp: number;
  private readonly index: RelativeStrength;
  private readonly low: number;
  private readonly exit: number;
  private readonly high: number;
  private readonly short: number;
  private target = 0;

  constructor(values: ParameterValues) {
    const period = valueOf(values, 'period');
    this.warmUp = period + 1;
    this.index = new RelativeStrength(period);
    this.low = valueOf(values, 'low');
    this.exit = valueOf(values, 'exit');
    this.high = valueOf(values, 'high');
    this.short = valueOf(values, 'short');
  }

  onCandle({ close }: ClosedCandle): number {
    const index = this.index.next(close);
    if (index === null) return 0;
    if (this.target > 0 ? index >= this.exit : this.target < 0 && index <= this.exit) this.target = 0;
    if (this.target === 0) {
      if (index < this.low) this.target = 1;
      else if (index > this.high) this.target = 0 - this.short;
    }
    return this.target;
  }
}
