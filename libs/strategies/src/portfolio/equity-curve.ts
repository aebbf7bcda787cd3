const FIRST_CAPACITY = 1_024;

/** The equity of an account at moments in ascending order, and how long it held anything. */
export class EquityCurve {
  private times = new Float64Array(FIRST_CAPACITY);
  private values = new Float64Array(FIRST_CAPACITY);
  private count = 0;
  private exposedTime = 0;
  private lastMoment: number;

  /**
   * @param startAt when it begins, ms UTC.
   * @param startValue the equity then, quote currency.
   */
  constructor(
    readonly startAt: number,
    readonly startValue: number,
  ) {
    this.lastMoment = startAt;
  }

  /** Number of moments. */
  get length(): number {
    return this.count;
  }

  /** The moments, ms UTC. */
  get at(): Float64Array {
    return this.times.subarray(0, this.count);
  }

  /** The equity at each, quote currency. */
  get value(): Float64Array {
    return this.values.subarray(0, this.count);
  }

  /** The last moment, ms UTC; where it begins while there is none. */
  get endAt(): number {
    return this.count === 0 ? this.startAt : (this.times[this.count - 1] as number);
  }

  /** The equity at the last moment. */
  get endValue(): number {
    return this.count === 0 ? this.startValue : (this.values[this.count - 1] as number);
  }

  /** How long something was held up to the last moment, ms. */
  get exposedMs(): number {
    return this.exposedTime;
  }

  /** Takes the equity at a moment; a second value of the same moment takes the place of the first, one before the start is left out. */
  add(at: number, value: number, invested: boolean): void {
    if (at <= this.startAt) return;
    this.moment(at, invested);
    if (this.count > 0 && this.times[this.count - 1] === at) {
      this.values[this.count - 1] = value;
      return;
    }
    if (this.count === this.times.length) this.grow();
    this.times[this.count] = at;
    this.values[this.count] = value;
    this.count += 1;
  }

  /** Notes whether something was held from the moment before up to this one. */
  moment(at: number, invested: boolean): void {
    if (at <= this.lastMoment) return;
    if (invested) this.exposedTime += at - this.lastMoment;
    this.lastMoment = at;
  }

  private grow(): void {
    const [times, values] = [new Float64Array(this.count * 2), new Float64Array(this.count * 2)];
    times.set(this.times);
    values.set(this.values);
    [this.times, this.values] = [times, values];
  }
}
