/**
 * Relative strength index after J. Welles Wilder, New Concepts in Technical Trading Systems (1978): 100 - 100 / (1 + average
 * rise / average fall). The first averages are means of `period` changes; then each is Wilder's smoothing,
 * (average x (period - 1) + change) / period.
 */
export class RelativeStrength {
  private previous = NaN;
  private changes = 0;
  private rise = 0;
  private fall = 0;

  /** @param period changes that are averaged, >= 1. */
  constructor(private readonly period: number) {}

  /** Takes the next value; the index, 0 to 100, or null before `period` changes. 50 when nothing has moved. */
  next(value: number): number | null {
    const change = value - this.previous;
    this.previous = value;
    if (Number.isNaN(change)) return null;
    const rise = Math.max(0, change);
    const fall = Math.max(0, -change);
    this.changes += 1;
    const { period } = this;
    if (this.changes <= period) {
      this.rise += rise / period;
      this.fall += fall / period;
      if (this.changes < period) return null;
    } else {
      this.rise = (this.rise * (period - 1) + rise) / period;
      this.fall = (this.fall * (period - 1) + fall) / period;
    }
    const total = this.rise + this.fall;
    return total === 0 ? 50 : (100 * this.rise) / total;
  }
}
