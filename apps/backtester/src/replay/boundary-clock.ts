/**
 * Tells when candles become due in a history that holds trades alone. A live adapter sends its clock every second, so that a
 * candle closes at its end and the allowed lateness, also while nothing trades; of stored trades only the later ones tell the
 * time. This stands in for the missing clock at the instants at which it decides anything.
 */
export class BoundaryClock {
  private next: number;

  /**
   * @param from an instant at or before the first trade, ms UTC.
   * @param lengthMs length of the candles, ms.
   * @param latenessMs the allowed lateness, ms.
   * @param strike told each instant, ms UTC, at which a candle becomes due.
   */
  constructor(
    from: number,
    private readonly lengthMs: number,
    latenessMs: number,
    private readonly strike: (at: number) => void,
  ) {
    this.next = Math.floor(from / lengthMs) * lengthMs + lengthMs + latenessMs;
  }

  /** Strikes for every instant up to this one (ms UTC) that has not been struck. */
  advance(to: number): void {
    while (this.next <= to) {
      this.strike(this.next);
      this.next += this.lengthMs;
    }
  }
}
