/**
 * Exponential moving average: average += (value - average) x 2 / (period + 1), beginning with the first value. The usual
 * form, as in pandas' `ewm(span=period, adjust=False).mean()`.
 */
export class ExponentialAverage {
  private readonly weight: number;
  private average = NaN;

  /** @param period span in values, >= 1. */
  constructor(period: number) {
    this.weight = 2 / (period + 1);
  }

  /** Takes the next value; the average up to and with it. */
  next(value: number): number {
    this.average = Number.isNaN(this.average)
      ? value
      : this.weight * value + (1 - this.weight) * this.average;
    return this.average;
  }
}
