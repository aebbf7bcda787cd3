const WINDOW_S = 5;

/** Events a second as the mean of the last five full seconds (fewer right after the start). */
export class EventRate {
  private readonly seconds = new Array<number>(WINDOW_S).fill(0);
  private elapsed = 0;
  private current = 0;

  /** Counts events of the running second. */
  add(count: number): void {
    this.current += count;
  }

  /** Ends the running second. */
  endSecond(): void {
    this.seconds[this.elapsed % WINDOW_S] = this.current;
    this.elapsed += 1;
    this.current = 0;
  }

  /** The mean, events a second; 0 before the first second has ended. */
  perSecond(): number {
    const total = this.seconds.reduce((sum, count) => sum + count, 0);
    return total / Math.max(1, Math.min(WINDOW_S, this.elapsed));
  }
}
