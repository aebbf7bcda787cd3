import type { Instrument } from '../market/instrument';
import { Audience } from '../server/audience';
import type { BybitSession } from './session';

/** One topic that carries data. */
export interface Topic {
  /** Whose trades or book. */
  readonly instrument: Instrument;
  /** Who listens. */
  readonly audience: Audience<BybitSession>;
  /** Whether it is the book, which is sent at once on subscribing. */
  readonly book: boolean;
}

const HANDLERS = ['publicTrade.', 'orderbook.1.'];

/** The topics by name, and who listens to them. */
export class TopicDirectory {
  /** Listeners of `publicTrade.<symbol>`. */
  readonly trades = new Audience<BybitSession>();
  /** Listeners of `orderbook.1.<symbol>`. */
  readonly books = new Audience<BybitSession>();
  readonly #topics = new Map<string, Topic>();

  constructor(instruments: readonly Instrument[]) {
    for (const instrument of instruments) {
      const { native } = instrument.listing;
      this.#topics.set(`publicTrade.${native}`, { instrument, audience: this.trades, book: false });
      this.#topics.set(`orderbook.1.${native}`, { instrument, audience: this.books, book: true });
    }
  }

  /** The topic of that name. */
  topic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** Why a topic cannot be subscribed; null when it can. */
  fault(name: string): string | null {
    if (this.#topics.has(name)) return null;
    const handled = HANDLERS.some((handler) => name.startsWith(handler) && name.length > handler.length);
    return handled ? `Invalid symbol :[${name}]` : `error:handler not found,topic:${name}`;
  }

  /** Removes a listener from every topic. */
  leaveAll(session: BybitSession): void {
    this.trades.removeAll(session);
    this.books.removeAll(session);
  }
}
