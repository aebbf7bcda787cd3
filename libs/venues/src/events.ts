import type { TakerSide } from '@neuraltrade/contracts';
import type { Topic } from './venue';

/** What a frame says, one variant a meaning. */
export type DecodedEvent =
  TradeEvent | QuoteEvent | ControlEvent | RefusedEvent | UnknownEvent | InvalidEvent | UnlistedEvent;

/** One trade. */
export interface TradeEvent {
  /** Discriminant. */
  readonly type: 'trade';
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE as it was asked for. */
  readonly symbol: string;
  /** Quote currency, finite and > 0: the double nearest to the venue's decimal. */
  readonly price: number;
  /** Base currency, finite and > 0: the double nearest to the venue's decimal. */
  readonly size: number;
  /** The taker's side, whatever side the venue prints. */
  readonly takerSide: TakerSide;
  /** The venue's id as decimal digits, no digit lost. */
  readonly tradeId: string;
  /** Match time by the venue's clock, ms UTC, cut to whole milliseconds. */
  readonly timestamp: number;
  /** Whether it is past (last_match, snapshot, REST row) rather than live. */
  readonly history: boolean;
  /** The venue's own text of the price, only where the double is another decimal. */
  readonly priceText?: string;
  /** The venue's own text of the size, only where the double is another decimal. */
  readonly sizeText?: string;
  /** When the venue sent the frame, ms UTC by its clock; null where it does not say. */
  readonly sentAt: number | null;
}

/** The best bid and ask; every quote frame gives one, repeats too. */
export interface QuoteEvent {
  /** Discriminant. */
  readonly type: 'quote';
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE as it was asked for. */
  readonly symbol: string;
  /** Best bid, quote currency, > 0; null where that side is absent. */
  readonly bid: number | null;
  /** Size at the bid, base currency; null where the side is absent or the venue gives no size. */
  readonly bidSize: number | null;
  /** Best ask, quote currency, > 0; null where that side is absent. */
  readonly ask: number | null;
  /** Size at the ask, base currency; null where the side is absent or the venue gives no size. */
  readonly askSize: number | null;
  /** The book's time by the venue's clock, ms UTC; null where the venue gives none. */
  readonly timestamp: number | null;
  /** When the venue sent the frame, ms UTC by its clock; null where it does not say. */
  readonly sentAt: number | null;
}

/** A documented frame that is neither trade nor quote: acks, heartbeats, status, and channels that we do not use. */
export interface ControlEvent {
  /** Discriminant. */
  readonly type: 'control';
  /** The venue's own word for it ('subscribe', 'heartbeat', 'depthUpdate', 'serverShutdown'). */
  readonly channel: string;
  /** What the frame acknowledges, when it is an ack. */
  readonly ack?: SubscriptionAnswer;
  /** The newest trade that the venue says it has published (Coinbase heartbeat). */
  readonly newestTrade?: { readonly symbol: string; readonly tradeId: string };
  /** True when the venue announces that it will cut this connection. */
  readonly goingAway?: true;
  /** When the venue sent the frame, ms UTC by its clock; null where it does not say. */
  readonly sentAt: number | null;
}

/**
 * Which topics an answer of the venue speaks of: of the named request those among the named topics. A refusal that names
 * a symbol but no channel names every topic of that symbol; an empty list means topics that are none of ours.
 */
export interface SubscriptionAnswer {
  /** The request it answers; null where the venue names topics instead. */
  readonly requestId: string | null;
  /** The topics it names; null where it answers the whole request. */
  readonly topics: readonly Topic[] | null;
}

/** The venue refused a request of ours. */
export interface RefusedEvent {
  /** Discriminant. */
  readonly type: 'refused';
  /** The venue's own words, cut to 200 characters; 'no reason given' where it has none. */
  readonly reason: string;
  /** What was refused, as far as the venue says. */
  readonly answer: SubscriptionAnswer;
}

/** A frame that no page of the venue documents. */
export interface UnknownEvent {
  /** Discriminant. */
  readonly type: 'unknown';
  /** The frame's first 80 characters. */
  readonly hint: string;
}

/** A frame, or a row of it, of a known kind whose content cannot be used. */
export interface InvalidEvent {
  /** Discriminant. */
  readonly type: 'invalid';
  /** What is wrong, a short sentence. */
  readonly reason: string;
}

/** A trade or quote of a symbol that was not asked for. */
export interface UnlistedEvent {
  /** Discriminant. */
  readonly type: 'unlisted';
  /** The venue's spelling, cut to 64 characters. */
  readonly symbol: string;
}
