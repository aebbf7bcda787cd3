/** Tells whether a client keeps to a number of messages per window. */
export class MessageRate {
  readonly #times: Float64Array;
  #next = 0;

  /**
   * @param count most messages in one window.
   * @param windowMs length of the sliding window.
   */
  constructor(
    count: number,
    readonly windowMs: number,
  ) {
    this.#times = new Float64Array(count).fill(-Infinity);
  }

  /** Notes one message at `nowMs`; false when it is one too many. */
  allows(nowMs: number): boolean {
    // The slot holds the time of the message `count` messages ago.
    const tooMany = nowMs - (this.#times[this.#next] ?? -Infinity) < this.windowMs;
    this.#times[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#times.length;
    return !tooMany;
  }
}
