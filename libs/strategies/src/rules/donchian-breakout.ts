import type { ClosedCandle } from '../closed-candle';
import { RollingMaximum } from '../windows/rolling-maximum';
import { SHORT } from './short-selling';
import { type ParameterValues, type Strategy, type StrategyDefinition, valueOf } from './strategy';

/** Follows a price that leaves the channel of its recent highs and lows (Richard Donchian; the rule of the "Turtles"). */
export const donchianBreakout: StrategyDefinition = {
  name: 'donchian-breakout',
  summary:
    'Buys when a close is above the highest high of the entry candles before it, sells when one is below the lowest low of the exit candles before it.',
  parameters: [
    {
      name: 'entry',
      description: 'Length of the channel that is entered by leaving it, candles.',
      min: 1,
      max: 20_000,
      whole: true,
      default: 20,
    },
    {
      name: 'exit',
      description: 'Length of the channel on whose other side a position ends, candles.',
      min: 1,
      max: 20_000,
      whole: true,
      default: 10,
    },
    SHORT,
  ],
  conflict: (values) =>
    valueOf(values, 'exit') <= valueOf(values, 'entry')
      ? null
      : `exit=${valueOf(values, 'exit')} must not be more than entry=${valueOf(values, 'entry')}`,
  create: (values) => new DonchianBreakout(values),
};

/** Highest high and lowest low of some candles before the current one. */
class Channel {
  private readonly highs: RollingMaximum;
  private readonly negatedLows: RollingMaximum;

  constructor(length: number) {
    this.highs = new RollingMaximum(length);
    this.negatedLows = new RollingMaximum(length);
  }

  get full(): boolean {
    return this.highs.full;
  }

  get high(): number {
    return this.highs.value;
  }

  get low(): number {
    return -this.negatedLows.value;
  }

  push({ high, low }: ClosedCandle): void {
    this.highs.push(high);
    this.negatedLows.push(-low);
  }
}

class DonchianBreakout implements Strategy {
  readonly warmUp: number;
  private readonly entry: Channel;
  private readonly exit: Channel;
  private readonly short: number;
  private target = 0;

  constructor(values: ParameterValues) {
    const entry = valueOf(values, 'entry');
    this.warmUp = entry + 1;
    this.entry = new Channel(entry);
    this.exit = new Channel(valueOf(values, 'exit'));
    this.short = valueOf(values, 'short');
  }

  onCandle(candle: ClosedCandle): number {
    if (this.entry.full) this.decide(candle.close);
    this.entry.push(candle);
    this.exit.push(candle);
    return this.target;
  }

  private decide(close: number): void {
    if (this.target > 0 ? close < this.exit.low : this.target < 0 && close > this.exit.high) this.target = 0;
    if (this.target !== 0) return;
    if (close > this.entry.high) this.target = 1;
    else if (close < this.entry.low) this.target = 0 - this.short;
  }
}
