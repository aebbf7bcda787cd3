/** Tells whether REST requests keep to a rate. All clients count together, as if they shared one address. */
export class RequestAllowance {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #filledMs = -Infinity;

  /**
   * @param perSecond requests a second in the long run.
   * @param burst requests at once after a rest.
   */
  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Notes one request at `nowMs`; false when it is one too many, which then does not count. */
  allows(nowMs: number): boolean {
    const elapsedMs = Math.max(0, nowMs - this.#filledMs);
    this.#left = Math.min(this.#burst, this.#left + (elapsedMs / 1000) * this.#perSecond);
    this.#filledMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
