import { EventRate } from './event-rate';

/** So many trades must have come since the last quote before its stream is suspicious: a quiet book is quiet. */
const TRADES_WITHOUT_QUOTE = 50;

/** When the trades and quotes of one symbol came last, and how much silence of each is usual. */
export class SymbolActivity {
  readonly #trades = new EventRate();
  readonly #quotes = new EventRate();
  #since: number | null = null;
  #heardAt = 0;
  #quotedAt = 0;
  #tradesSinceQuote = 0;
  #trade = 0;
  #missed: { readonly tradeId: string; readonly tradeCount: number } | null = null;

  /** Instant (ms UTC) from which on every trade should have come; null while the symbol is not known to be subscribed and read. */
  get since(): number | null {
    return this.#since;
  }

  /** Changes with every live trade. */
  get tradeCount(): number {
    return this.#trade;
  }

  /** A live trade arrived, ms UTC. */
  trade(receivedAt: number): void {
    this.#trade += 1;
    this.#heardAt = receivedAt;
    this.#tradesSinceQuote += 1;
    this.#trades.event(receivedAt);
  }

  /** A quote arrived, ms UTC. */
  quote(receivedAt: number): void {
    this.#quotedAt = receivedAt;
    this.#tradesSinceQuote = 0;
    this.#quotes.event(receivedAt);
  }

  /** Tells once a second whether trades are subscribed and read as they come; silence counts from when that began. */
  watch(current: boolean, now: number): void {
    if (!current) {
      if (this.#since !== null) this.interrupt();
    } else if (this.#since === null) {
      this.#since = this.#heardAt = this.#quotedAt = now;
      this.#tradesSinceQuote = 0;
    }
  }

  /** Whether no trade came for suspiciously long. */
  tradesSuspicious(now: number): boolean {
    return this.#since !== null && now - this.#heardAt >= this.#trades.limitMs;
  }

  /** Whether trades came, but suspiciously no quote. */
  quotesSuspicious(now: number): boolean {
    return (
      this.#since !== null &&
      this.#tradesSinceQuote >= TRADES_WITHOUT_QUOTE &&
      now - this.#quotedAt >= this.#quotes.limitMs
    );
  }

  /** The venue was asked: there is no trade that did not come. The next question comes after twice the silence. */
  confirmQuiet(): void {
    this.#trades.confirmQuiet();
  }

  /** The venue says by itself that there is no newer trade, ms UTC. */
  upToDate(now: number): void {
    this.#heardAt = now;
  }

  /** The quotes were asked for anew: if that does not help, it is tried again after twice the time. */
  quotesRenewed(now: number): void {
    this.#quotedAt = now;
    this.#quotes.confirmQuiet();
  }

  /** A question could not be answered: it is asked again after as long a silence as before. */
  postpone(now: number): void {
    this.#heardAt = now;
  }

  /** The venue named a trade that did not come; true when it had named another one before, and no trade came in between. */
  missedAgain(tradeId: string): boolean {
    if (this.#missed?.tradeCount === this.#trade) return tradeId !== this.#missed.tradeId;
    this.#missed = { tradeId, tradeCount: this.#trade };
    return false;
  }

  /** The connection or the subscription ended: silence says nothing until both are there again. */
  interrupt(): void {
    this.#since = null;
    this.#missed = null;
    this.#trades.interrupt();
    this.#quotes.interrupt();
  }
}
