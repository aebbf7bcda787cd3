import type { QuoteEvent } from '@neuraltrade/venues';

/** Why a trade carries no quote. */
export type UnquotedReason = 'none' | 'one-sided' | 'crossed' | 'replaced-socket' | 'before-gap' | 'stale';

/** The best bid and ask of one symbol that was read last, and whether it may still be used. */
export class LastQuote {
  readonly #maxAgeMs: number | null;
  #bid = 0;
  #ask = 0;
  #quotedAt = 0;
  #fault: UnquotedReason | null = 'none';

  /** @param maxAgeMs age (ms, between arrivals) beyond which a quote is not used; null = any age. */
  constructor(maxAgeMs: number | null) {
    this.#maxAgeMs = maxAgeMs;
  }

  /** Best bid, quote currency; meaningful when {@link fault} is null. */
  get bid(): number {
    return this.#bid;
  }

  /** Best ask, quote currency; meaningful when {@link fault} is null. */
  get ask(): number {
    return this.#ask;
  }

  /** Arrival of the frame that carried it, ms UTC by our clock. */
  get quotedAt(): number {
    return this.#quotedAt;
  }

  /** Takes the quote of a frame. */
  set(event: QuoteEvent, receivedAt: number): void {
    const { bid, ask } = event;
    if (bid === null || ask === null) {
      this.#fault = 'one-sided';
    } else {
      this.#bid = bid;
      this.#ask = ask;
      this.#quotedAt = receivedAt;
      this.#fault = bid > ask ? 'crossed' : null;
    }
  }

  /** Makes it unusable until the next one comes; a symbol that never had a quote keeps saying so. */
  invalidate(reason: 'replaced-socket' | 'before-gap'): void {
    if (this.#fault !== 'none') this.#fault = reason;
  }

  /** Why it cannot go with a trade that arrived at an instant (ms UTC by our clock); null when it can. */
  fault(receivedAt: number): UnquotedReason | null {
    if (this.#fault !== null) return this.#fault;
    return this.#maxAgeMs !== null && receivedAt - this.#quotedAt > this.#maxAgeMs ? 'stale' : null;
  }
}
