/**
 * How far the time of one (exchange, symbol) has come: the largest live trade or clock timestamp, less the allowed
 * lateness. Nothing else moves it, no wall clock above all, so a backlog, an idle symbol and a replay close the same
 * candles. -Infinity before the first of them.
 */
export class Watermark {
  constructor(
    private readonly allowedLatenessMs: number,
    private newest = -Infinity,
  ) {}

  /** The largest timestamp seen, ms UTC. */
  get eventTime(): number {
    return this.newest;
  }

  /** Trades before this instant (ms UTC) are late. */
  get value(): number {
    return this.newest - this.allowedLatenessMs;
  }

  /** Takes note of a timestamp; true when the watermark moved into another whole second. */
  advance(timestamp: number): boolean {
    if (timestamp <= this.newest) return false;
    const before = this.newest - this.allowedLatenessMs;
    this.newest = timestamp;
    return Math.floor(before / 1_000) !== Math.floor((timestamp - this.allowedLatenessMs) / 1_000);
  }
}
