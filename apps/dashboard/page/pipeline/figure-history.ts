/** How many values are kept: five minutes of one a second. */
export const HISTORY_LENGTH = 300;

/** The last values of one figure, in a ring that never grows; a value that nobody knew is NaN. */
export class FigureHistory {
  private readonly ring = new Float64Array(HISTORY_LENGTH).fill(NaN);
  private count = 0;

  /** Adds a value; null when nobody knows it. */
  add(value: number | null): void {
    this.ring[this.count % HISTORY_LENGTH] = value ?? NaN;
    this.count += 1;
  }

  /** The values in the order of time; at most HISTORY_LENGTH. */
  values(): number[] {
    const length = Math.min(this.count, HISTORY_LENGTH);
    return Array.from(
      { length },
      (_, index) => this.ring[(this.count - length + index) % HISTORY_LENGTH] ?? NaN,
    );
  }
}
