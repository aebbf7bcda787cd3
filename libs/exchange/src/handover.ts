import { compareTradeIds, idsBetween } from '@neuraltrade/contracts';
import type { QuoteEvent, TradeEvent } from '@neuraltrade/venues';

/**
 * A subscription without a trade for so long (ms) has none to come from before it began: what was on its way on the old
 * connection when the new one was subscribed has arrived by then.
 */
const SETTLED_AFTER_MS = 2_000;

/** The new connection may be the faster one for ever: what the old one has brought since is let go of now and then. */
const PRUNE_EVERY = 64;

/** An event and its arrival, ms UTC by our clock. */
export interface Arrived<E> {
  /** What the frame said. */
  readonly event: E;
  /** When it arrived, ms UTC. */
  readonly receivedAt: number;
}

/** What one symbol brought on the new connection while the old one still carried it. */
export interface HeldEvents {
  /** Trades that the old connection had not brought when they came, in order of arrival. */
  readonly trades: readonly Arrived<TradeEvent>[];
  /** The newest quote; null when none came. */
  readonly quote: Arrived<QuoteEvent> | null;
}

interface Standing {
  liveSince: number | null;
  firstId: string | null;
  trades: Arrived<TradeEvent>[];
  quote: Arrived<QuoteEvent> | null;
}

/** What a handover needs. */
export interface HandoverDeps {
  /** Whether trade ids rise by exactly one. */
  readonly consecutive: boolean;
  /** The newest trade of a symbol that was passed on; null before any. */
  readonly lastId: (symbol: string) => string | null;
  /** Most trades held. */
  readonly maxHeld: number;
  /** Is told of every trade of the new connection that the old one had brought already. */
  readonly onRepeated: (event: TradeEvent, receivedAt: number) => void;
}

/**
 * Two connections that carry the same symbols while one replaces the other. The old one goes on to be passed on; what the
 * new one brings is held until the old one has reached its first trade. From there on nothing can lie between the two,
 * and the held trades that are newer go on where the old connection stops: also where ids have holes.
 */
export class Handover {
  readonly #deps: HandoverDeps;
  readonly #standings = new Map<string, Standing>();
  #held = 0;
  #carried = false;

  /** A handover whose new connection has brought nothing. */
  constructor(deps: HandoverDeps) {
    this.#deps = deps;
  }

  /** Whether the new connection has carried live data. */
  get carried(): boolean {
    return this.#carried;
  }

  /** Whether no more can be held: the old connection is far behind. */
  get full(): boolean {
    return this.#held >= this.#deps.maxHeld;
  }

  /** Takes note that the new connection's trades of a symbol flow, at an instant, ms UTC. */
  live(symbol: string, now: number): void {
    this.#standing(symbol).liveSince ??= now;
  }

  /** Takes a trade of the new connection. */
  trade(event: TradeEvent, receivedAt: number): void {
    const standing = this.#standing(event.symbol);
    this.#carried = true;
    standing.firstId ??= event.tradeId;
    standing.trades.push({ event, receivedAt });
    this.#held += 1;
    const behind = this.#passedOn(event);
    if (behind || standing.trades.length % PRUNE_EVERY === 0) this.#prune(standing);
  }

  /** Takes a quote of the new connection. */
  quote(event: QuoteEvent, receivedAt: number): void {
    this.#carried = true;
    this.#standing(event.symbol).quote = { event, receivedAt };
  }

  /** Whether the new connection can go on with a symbol at an instant (ms UTC) without anything missing between. */
  seamless(symbol: string, now: number): boolean {
    const { consecutive, lastId } = this.#deps;
    const { liveSince, firstId } = this.#standing(symbol);
    if (firstId === null) return liveSince !== null && now - liveSince >= SETTLED_AFTER_MS;
    const last = lastId(symbol);
    if (last === null) return false;
    return consecutive ? idsBetween(last, firstId) <= 0 : compareTradeIds(firstId, last) <= 0;
  }

  /** What is held of a symbol, which is held no longer. */
  release(symbol: string): HeldEvents {
    const held = this.#standing(symbol);
    this.#prune(held);
    this.#standings.delete(symbol);
    this.#held -= held.trades.length;
    return held;
  }

  #prune(standing: Standing): void {
    const newer: Arrived<TradeEvent>[] = [];
    for (const arrived of standing.trades) {
      if (this.#passedOn(arrived.event)) this.#deps.onRepeated(arrived.event, arrived.receivedAt);
      else newer.push(arrived);
    }
    this.#held -= standing.trades.length - newer.length;
    standing.trades = newer;
  }

  #passedOn({ symbol, tradeId }: TradeEvent): boolean {
    const last = this.#deps.lastId(symbol);
    return last !== null && compareTradeIds(tradeId, last) <= 0;
  }

  #standing(symbol: string): Standing {
    let standing = this.#standings.get(symbol);
    if (standing === undefined) {
      standing = { liveSince: null, firstId: null, trades: [], quote: null };
      this.#standings.set(symbol, standing);
    }
    return standing;
  }
}
