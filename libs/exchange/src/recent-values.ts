/** The latest values of a measurement, for a median that one outlier cannot move. */
export class RecentValues {
  readonly #values: Float64Array;
  #count = 0;
  #next = 0;

  /** @param capacity how many of the latest values count. */
  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
  }

  /** Takes a value; the oldest gives way when the window is full. */
  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    this.#count = Math.min(this.#count + 1, this.#values.length);
  }

  /** The median of the values held (the lower one of two middle values); 0 before any. */
  median(): number {
    if (this.#count === 0) return 0;
    const sorted = this.#values.slice(0, this.#count).sort();
    return sorted[(this.#count - 1) >> 1] as number;
  }
}
