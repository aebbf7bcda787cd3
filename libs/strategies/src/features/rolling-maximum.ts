/**
 * The largest of the newest values, each update in constant time on average: kept are only the values that no later one
 * reaches, largest first. The smallest is the negative of the largest negative.
 */
export class RollingMaximum {
  readonly #size: number;
  readonly #values: Float64Array;
  readonly #ages: Float64Array;
  #head = 0;
  #kept = 0;
  #pushed = 0;

  /** @param size how many values the window holds, at least 1. */
  constructor(size: number) {
    this.#size = size;
    this.#values = new Float64Array(size);
    this.#ages = new Float64Array(size);
  }

  /** The largest value of the window; not a number when it is empty. */
  get maximum(): number {
    return this.#kept === 0 ? Number.NaN : (this.#values[this.#head] as number);
  }

  /** Puts a value in, and takes the oldest one out of a full window. */
  push(value: number): void {
    if (this.#kept > 0 && (this.#ages[this.#head] as number) <= this.#pushed - this.#size) {
      this.#head = (this.#head + 1) % this.#size;
      this.#kept -= 1;
    }
    while (this.#kept > 0 && (this.#values[this.#at(this.#kept - 1)] as number) <= value) this.#kept -= 1;
    const at = this.#at(this.#kept);
    this.#values[at] = value;
    this.#ages[at] = this.#pushed;
    this.#kept += 1;
    this.#pushed += 1;
  }

  /** Empties the window. */
  clear(): void {
    this.#head = 0;
    this.#kept = 0;
    this.#pushed = 0;
  }

  #at(position: number): number {
    return (this.#head + position) % this.#size;
  }
}
