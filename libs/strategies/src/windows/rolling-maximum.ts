/** The largest of the newest values, in constant time a value: a queue that keeps only values that can still become it. */
export class RollingMaximum {
  private readonly values: Float64Array;
  private readonly positions: Float64Array;
  private first = 0;
  private held = 0;
  private count = 0;

  /** @param length number of newest values that count, >= 1. */
  constructor(private readonly length: number) {
    this.values = new Float64Array(length);
    this.positions = new Float64Array(length);
  }

  /** Whether as many values as count were taken. */
  get full(): boolean {
    return this.count >= this.length;
  }

  /** The largest of the newest `length` values, or of all while they are fewer; -Infinity without any. */
  get value(): number {
    return this.held === 0 ? -Infinity : (this.values[this.first] as number);
  }

  /** Takes the next value. */
  push(value: number): void {
    if (this.held > 0 && (this.positions[this.first] as number) <= this.count - this.length) {
      this.first = (this.first + 1) % this.length;
      this.held -= 1;
    }
    while (this.held > 0 && (this.values[this.slot(this.held - 1)] as number) <= value) this.held -= 1;
    const slot = this.slot(this.held);
    this.values[slot] = value;
    this.positions[slot] = this.count;
    this.held += 1;
    this.count += 1;
  }

  private slot(position: number): number {
    return (this.first + position) % this.length;
  }
}
