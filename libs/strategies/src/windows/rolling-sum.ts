import { addExactly, type ExactSum, nearestToSum, productError } from '@neuraltrade/processing';

/**
 * Sum, mean and standard deviation of the newest values, each update in constant time. The sums are exact, so taking a value
 * out leaves no trace: the figures depend on the values in the window alone, to the last bit, whatever was there before.
 */
export class RollingSum {
  readonly #values: Float64Array;
  readonly #sum: ExactSum = [];
  #next = 0;
  #count = 0;

  /** @param size how many values the window holds, at least 1. */
  constructor(size: number) {
    this.#values = new Float64Array(size);
  }

  /** Whether as many values came as the window holds. */
  get full(): boolean {
    return this.#count === this.#values.length;
  }

  /** How many values are in the window. */
  get count(): number {
    return this.#count;
  }

  /** The double nearest to the exact sum of the window. */
  get sum(): number {
    return nearestToSum(this.#sum);
  }

  /** The sum divided by the number of values; not a number for an empty window. */
  get mean(): number {
    return this.sum / this.#count;
  }

  /** Puts a finite value in, and takes the oldest one out of a full window. */
  push(value: number): void {
    if (this.full) this.change(this.#values[this.#next] as number, -1);
    else this.#count += 1;
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    this.change(value, 1);
  }

  /** The exact sum itself, not to be changed. */
  protected get exactSum(): ExactSum {
    return this.#sum;
  }

  /** A value enters (sign 1) or leaves (sign -1). */
  protected change(value: number, sign: 1 | -1): void {
    addExactly(this.#sum, sign * value);
  }
}

/** As {@link RollingSum}, with the standard deviation; exact while each value is 0 or between 1e-100 and 1e100 in magnitude. */
export class RollingDeviation extends RollingSum {
  readonly #squares: ExactSum = [];

  /** The sample standard deviation (divided by n - 1), exactly 0 when all values are equal; not a number below two values. */
  get deviation(): number {
    const { count, exactSum } = this;
    // n times the sum of squares, less the square of the sum: exact, so that nothing is lost where both are nearly equal.
    const spread: ExactSum = [];
    for (const square of this.#squares) addProduct(spread, count, square);
    for (const part of exactSum) for (const other of exactSum) addProduct(spread, -part, other);
    return Math.sqrt(nearestToSum(spread) / (count * (count - 1)));
  }

  protected override change(value: number, sign: 1 | -1): void {
    super.change(value, sign);
    addProduct(this.#squares, sign * value, value);
  }
}

/** Adds a product to the sum, exactly. */
function addProduct(sum: ExactSum, left: number, right: number): void {
  const product = left * right;
  addExactly(sum, product);
  addExactly(sum, productError(left, right, product));
}
