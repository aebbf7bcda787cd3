/** Allows `perSecond` messages on average and twice as many at once. */
export class MessageBudget {
  private left: number;
  private countedAt: number;

  /**
   * @param perSecond messages a second.
   * @param now a monotonic or wall clock, ms.
   */
  constructor(
    private readonly perSecond: number,
    now: number,
  ) {
    this.left = 2 * perSecond;
    this.countedAt = now;
  }

  /** Takes one message out of the budget; false when nothing is left. */
  take(now: number): boolean {
    const earned = (Math.max(0, now - this.countedAt) / 1_000) * this.perSecond;
    this.left = Math.min(2 * this.perSecond, this.left + earned);
    this.countedAt = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
