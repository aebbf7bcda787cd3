/** How wrong each venue's clock is, and until when. */
export class ClockSkews {
  readonly #skews = new Map<string, { readonly ms: number; readonly untilMs: number }>();
  readonly #listener: (venue: string, skewMs: number) => void;

  /** @param listener is told of each change. */
  constructor(listener: (venue: string, skewMs: number) => void) {
    this.#listener = listener;
  }

  /** How far the venue's clock is ahead (behind below 0), ms. */
  of(venue: string): number {
    return this.#skews.get(venue)?.ms ?? 0;
  }

  /** Begins a skew; it replaces the one before. */
  begin(venue: string, ms: number, untilMs: number): void {
    this.#skews.set(venue, { ms, untilMs });
    this.#listener(venue, ms);
  }

  /** Ends what is over at `nowMs`. */
  turn(nowMs: number): void {
    for (const [venue, { untilMs }] of this.#skews) {
      if (nowMs < untilMs) continue;
      this.#skews.delete(venue);
      this.#listener(venue, 0);
    }
  }
}
