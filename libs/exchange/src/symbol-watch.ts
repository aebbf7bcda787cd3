import { compareTradeIds } from '@neuraltrade/contracts';
import type { HistoryRange, Topic, TradeEvent, Venue } from '@neuraltrade/venues';
import { historyPages } from './history-pages';
import type { Log } from './log';
import { type RestScheduler, RestStopped } from './rest-scheduler';
import type { SymbolFeed } from './symbol-feed';
import type { Timers } from './timers';

/** A trade that the venue's history shows has so long (ms) from its match to come over the connection as well. */
const ON_ITS_WAY_MS = 5_000;
/** Trades of the first moments (ms) after the venue's ack may still belong to the time before it. */
const ACK_MARGIN_MS = 1_000;

/** What the watch over the symbols of one adapter needs. */
export interface SymbolWatchDeps {
  /** Whose feeds they are. */
  readonly venue: Venue;
  /** The feeds by symbol, as they are now. */
  readonly feeds: ReadonlyMap<string, SymbolFeed>;
  /** Asks the venue for its newest trades; null = it cannot be asked, so that no silence of trades can be judged. */
  readonly rest: RestScheduler | null;
  /** Clock of the adapter. */
  readonly timers: Timers;
  /** Where a dead subscription is reported. */
  readonly log: Log;
  /** The present by the venue's clock, ms UTC. */
  readonly venueNow: () => number;
  /** Whether a symbol's trades are subscribed, and read as they come. */
  readonly isCurrent: (symbol: string) => boolean;
  /** Ends the subscription of some topics of one symbol and asks for them anew; other topics are not touched. */
  readonly resubscribe: (symbol: string, purposes: readonly Topic['purpose'][]) => void;
  /** Gives the connection that carries a symbol up and dials another one. */
  readonly reconnect: (symbol: string) => void;
}

interface Watched {
  checking: boolean;
  /** A trade that did not come yet, and when it should have, ms UTC by our clock. */
  suspect: { readonly tradeId: string; readonly dueAt: number; readonly tradeCount: number } | null;
  /** How often the subscription died in a row, and the trade after which it did last. */
  deaths: number;
  diedAtTrade: number;
}

/**
 * Tells a dead subscription from a quiet market. Silence that is unusual for a symbol makes its subscription suspicious;
 * only a newer trade in the venue's history, or in its own heartbeat, proves it dead. Then that symbol alone is
 * subscribed anew, and its connection replaced when it dies again before a trade came.
 */
export class SymbolWatch {
  readonly #deps: SymbolWatchDeps;
  readonly #watched = new WeakMap<SymbolFeed, Watched>();

  /** A watch that has seen nothing. */
  constructor(deps: SymbolWatchDeps) {
    this.#deps = deps;
  }

  /** Judges every symbol; to be called once a second. */
  tick(): void {
    const now = this.#deps.timers.now();
    for (const [symbol, feed] of this.#deps.feeds) {
      const { activity } = feed;
      activity.watch(this.#deps.isCurrent(symbol), now);
      if (activity.since === null) continue;
      this.#judgeSuspect(symbol, feed, now);
      if (activity.tradesSuspicious(now)) this.#check(symbol, feed);
      if (activity.quotesSuspicious(now)) this.#renewQuotes(symbol, feed, now);
    }
  }

  /** The venue's heartbeat named a trade a while ago that did not come: a lost trade, or a dead subscription when it is one more. */
  missed(symbol: string, feed: SymbolFeed, tradeId: string): void {
    if (feed.activity.missedAgain(tradeId)) this.#dead(symbol, feed, tradeId);
    else feed.missed(this.#deps.venueNow());
  }

  #stateOf(feed: SymbolFeed): Watched {
    let state = this.#watched.get(feed);
    if (state === undefined) {
      state = { checking: false, suspect: null, deaths: 0, diedAtTrade: -1 };
      this.#watched.set(feed, state);
    }
    return state;
  }

  #check(symbol: string, feed: SymbolFeed): void {
    const { rest } = this.#deps;
    const state = this.#stateOf(feed);
    if (rest === null || state.checking || state.suspect !== null) return;
    state.checking = true;
    void this.#ask(symbol, feed, rest).finally(() => (state.checking = false));
  }

  async #ask(symbol: string, feed: SymbolFeed, rest: RestScheduler): Promise<void> {
    const { activity } = feed;
    const { since, tradeCount } = activity;
    const unchanged = (): boolean => activity.since === since && activity.tradeCount === tradeCount;
    try {
      const newer = await this.#newerTrade(symbol, feed, rest, unchanged);
      if (!unchanged()) return;
      if (newer === null) return activity.confirmQuiet();
      const { timers, venueNow } = this.#deps;
      const leftMs = ON_ITS_WAY_MS - Math.max(0, venueNow() - newer.timestamp);
      const dueAt = timers.now() + Math.max(0, leftMs);
      this.#stateOf(feed).suspect = { tradeId: newer.tradeId, dueAt, tradeCount };
    } catch (error) {
      // It was not needed any more, or cannot be known now: the next silence asks again.
      if (!(error instanceof RestStopped)) activity.postpone(this.#deps.timers.now());
    }
  }

  /** The oldest trade of the venue's history that this subscription should have brought; null when there is none. */
  async #newerTrade(
    symbol: string,
    feed: SymbolFeed,
    rest: RestScheduler,
    wanted: () => boolean,
  ): Promise<TradeEvent | null> {
    const { venue, timers, venueNow } = this.#deps;
    const { lastId, activity } = feed;
    const subscribedAt = venueNow() - (timers.now() - (activity.since ?? timers.now())) + ACK_MARGIN_MS;
    const range: HistoryRange = {
      symbol,
      afterTradeId: lastId,
      beforeTradeId: null,
      fromTimestamp: Math.max(0, feed.lastTimestamp ?? subscribedAt),
      toTimestamp: null,
    };
    const deps = { venue, rest, timers, wanted, urgency: 'background' } as const;
    const isNewer = ({ tradeId, timestamp }: TradeEvent): boolean =>
      timestamp >= subscribedAt && (feed.lastId === null || compareTradeIds(tradeId, feed.lastId) > 0);
    // One page tells: it either begins behind the last trade seen or holds the newest ones.
    for await (const { trades } of historyPages(deps, range)) return trades.find(isNewer) ?? null;
    return null;
  }

  #judgeSuspect(symbol: string, feed: SymbolFeed, now: number): void {
    const state = this.#stateOf(feed);
    const { suspect } = state;
    if (suspect === null) return;
    if (suspect.tradeCount !== feed.activity.tradeCount) state.suspect = null;
    else if (now >= suspect.dueAt) this.#dead(symbol, feed, suspect.tradeId);
  }

  #dead(symbol: string, feed: SymbolFeed, tradeId: string): void {
    const { venue, timers, log, venueNow, resubscribe, reconnect } = this.#deps;
    const { activity } = feed;
    const state = this.#stateOf(feed);
    const again = state.diedAtTrade === activity.tradeCount;
    state.suspect = null;
    state.deaths = again ? state.deaths + 1 : 1;
    state.diedAtTrade = activity.tradeCount;
    const since = venueNow() - (timers.now() - (activity.since ?? timers.now()));
    const replaces = state.deaths === 2;
    const remedy = replaces ? 'dialling anew' : 'subscribing anew';
    log.warn(
      { exchange: venue.name, symbol, tradeId },
      `${venue.title} sends no trades of ${symbol} although it made some: ${remedy}.`,
    );
    feed.interrupted('heartbeat', since);
    // What comes now lies behind the gap.
    feed.connected();
    if (replaces) return reconnect(symbol);
    // What does not help is tried less and less often.
    if (again) activity.confirmQuiet();
    resubscribe(symbol, ['trades']);
  }

  #renewQuotes(symbol: string, feed: SymbolFeed, now: number): void {
    const { venue, log, resubscribe } = this.#deps;
    log.warn(
      { exchange: venue.name, symbol },
      `${venue.title} sends no quotes of ${symbol}: subscribing anew.`,
    );
    feed.activity.quotesRenewed(now);
    feed.quotesLost();
    resubscribe(symbol, ['quotes']);
  }
}
