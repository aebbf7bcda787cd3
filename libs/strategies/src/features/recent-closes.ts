/** Intervals that are remembered: far more than venues are apart. */
const REMEMBERED = 64;

/** The closes of a venue's newest intervals by their open time, for the other venues to look at. */
export class RecentCloses {
  readonly #lengthMs: number;
  readonly #opens = new Float64Array(REMEMBERED).fill(Number.NaN);
  readonly #logCloses = new Float64Array(REMEMBERED);

  /** @param lengthMs the length of an interval. */
  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  /** Remembers an interval. @param logClose ln of its close; not a number when it cannot be used. */
  set(open: number, logClose: number): void {
    const slot = this.#slotOf(open);
    this.#opens[slot] = open;
    this.#logCloses[slot] = logClose;
  }

  /** Whether the interval that opens then is remembered, usable or not. */
  has(open: number): boolean {
    return this.#opens[this.#slotOf(open)] === open;
  }

  /** ln of the close of the interval that opens then; not a number when it is not known or not usable. */
  logCloseOf(open: number): number {
    const slot = this.#slotOf(open);
    return this.#opens[slot] === open ? (this.#logCloses[slot] as number) : Number.NaN;
  }

  #slotOf(open: number): number {
    return Math.floor(open / this.#lengthMs) % REMEMBERED;
  }
}
