import type { DecodedEvent, TradeEvent } from './events';
import type { KlineHistory } from './kline';

/** Everything that the pipeline knows about one trading place, as data and pure functions. One folder implements it. */
export interface Venue {
  /** Short lower-case name, used as `exchange` in every message ('binance'). */
  readonly name: string;
  /** Name for people ('Binance'). */
  readonly title: string;
  /** Default public WebSocket address, dialled as it stands. */
  readonly webSocketUrl: string;
  /** Default public REST address: scheme, host and port; paths belong to the requests. */
  readonly restUrl: string;
  /** Connection, message and subscription limits. */
  readonly limits: VenueLimits;
  /** Application-level liveness traffic. */
  readonly heartbeat: VenueHeartbeat;
  /** Whether live trade ids of a symbol rise by exactly one, so that a jump proves a loss. */
  readonly consecutiveTradeIds: boolean;
  /** Age (ms) beyond which a quote must not be used; null where quotes come whenever the book's top changes. */
  readonly quoteMaxAgeMs: number | null;
  /** The venue's spelling in frames and REST answers ('BTCUSDT'), derived forward from BASE/QUOTE. */
  nativeSymbol(symbol: string): string;
  /** The topics that one symbol needs. */
  topics(symbol: string): Topic[];
  /** The frames that subscribe topics, each within the venue's size limits; request ids count up from `firstRequestId`. */
  subscribeFrames(topics: readonly Topic[], firstRequestId: number): SubscriptionFrame[];
  /** The frames that end subscriptions. */
  unsubscribeFrames(topics: readonly Topic[], firstRequestId: number): SubscriptionFrame[];
  /** A decoder for one connection: it knows the symbols and holds only that connection's state. */
  createDecoder(symbols: readonly string[], options?: DecoderOptions): Decoder;
  /** The venue's list of tradable symbols. */
  readonly instruments: InstrumentDirectory;
  /** The venue's REST trade history. */
  readonly tradeHistory: TradeHistory;
  /** The venue's own candles over REST, to hold ours against. */
  readonly klines: KlineHistory;
}

/** One subscribable stream of one symbol. */
export interface Topic {
  /** What it carries. */
  readonly purpose: 'trades' | 'quotes' | 'heartbeat';
  /** BASE/QUOTE. */
  readonly symbol: string;
}

/** A frame that (un)subscribes some topics. */
export interface SubscriptionFrame {
  /** The text to send. */
  readonly text: string;
  /** The id by which the venue's answer names this request; null where it names the topics instead. */
  readonly requestId: string | null;
  /** The topics that the frame asks for. */
  readonly topics: readonly Topic[];
}

/** Limits of one venue, as published or (where it publishes none) as observed; see its README. */
export interface VenueLimits {
  /** Most streams on one connection; null where none is known. */
  readonly topicsPerConnection: number | null;
  /** Most topics in one subscribe frame. */
  readonly topicsPerRequest: number;
  /** Client messages allowed per window on one connection, pings included. */
  readonly messages: RateLimit;
  /** True where `messages` counts all connections of an address together. */
  readonly messagesPerAddress?: true;
  /** Connection attempts allowed per window and address. */
  readonly connects: RateLimit;
  /** REST requests allowed per window and address (Binance: request weight). */
  readonly rest: RateLimit;
  /** Response header (lower case) that says how much of `rest` this address has used, whoever used it; null where there is none. */
  readonly restUsedHeader: string | null;
  /** Statuses beside 429 that mean 'too often', each with the least wait (ms) that the venue wants. */
  readonly restWaits: ReadonlyMap<number, number>;
  /** Age (ms) at which the venue cuts every connection; null where none is known. */
  readonly connectionLifetimeMs: number | null;
  /** Time (ms) after connecting by which a subscribe frame must have been sent; null where none is known. */
  readonly subscribeWithinMs: number | null;
  /** Largest frame (bytes) that is accepted from the venue. */
  readonly maxFrameBytes: number;
}

/** So many events in so long. */
export interface RateLimit {
  /** Largest number of events in one window. */
  readonly count: number;
  /** Length of the window, ms. */
  readonly windowMs: number;
}

/** Application-level liveness of a connection. */
export interface VenueHeartbeat {
  /** The ping frame that the client must or may send; null where the venue has none. */
  readonly pingFrame: ((requestId: number) => string) | null;
  /** Time between pings, ms: application pings where there is a frame, WebSocket pings otherwise. */
  readonly intervalMs: number;
  /** Silence (ms, any frame counts) after which a subscribed connection is dead. */
  readonly silenceLimitMs: number;
  /** Whether frames come within that time even where nothing trades: only then does silence alone prove a dead connection. */
  readonly speaksInSilence: boolean;
}

/** What a decoder may need to know about its connection. */
export interface DecoderOptions {
  /** The address that was dialled; Binance's names the time unit. */
  readonly webSocketUrl?: string;
}

/** Turns frames of one connection into events. Total: it never throws and never yields a non-finite number. */
export interface Decoder {
  /**
   * The events of one frame in the frame's own order; at least one for every frame.
   * @param frame the text as it came.
   * @param receivedAt arrival by our clock, ms UTC.
   */
  decode(frame: string, receivedAt: number): DecodedEvent[];
}

/** A GET request; the host comes from configuration. */
export interface RestRequest {
  /** Path with its encoded query ('/api/v3/trades?symbol=BTCUSDT'). */
  readonly path: string;
  /** How much of limits.rest it uses. */
  readonly weight: number;
}

/** One symbol that a venue lists. */
export interface Instrument {
  /** BASE/QUOTE made of the venue's base and quote fields. */
  readonly symbol: string;
  /** The venue's spelling. */
  readonly native: string;
  /** Whether it can be traded now. */
  readonly trading: boolean;
  /** Smallest price step in quote currency as the venue writes it; null where it does not say. */
  readonly priceStep: string | null;
  /** Smallest size step in base currency as the venue writes it; null where it does not say. */
  readonly sizeStep: string | null;
}

/** How a venue's instruments are listed. */
export interface InstrumentDirectory {
  /** The request that lists them. */
  request(): RestRequest;
  /** Its answer; entries that cannot be read are left out. @throws PermanentError when the answer is no such list. */
  decode(body: string): Instrument[];
}

/** A stretch of one symbol's trades to fetch. */
export interface HistoryRange {
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** Trades with larger ids are wanted; null when only the time bounds the range. */
  readonly afterTradeId: string | null;
  /** Trades with smaller ids are wanted; null when the range is open at its end. */
  readonly beforeTradeId: string | null;
  /** Trades from this venue time (ms UTC, inclusive) on are wanted. */
  readonly fromTimestamp: number;
  /** Trades up to this venue time (ms UTC, inclusive) are wanted; null when the range is open at its end. */
  readonly toTimestamp: number | null;
}

/** One page of a venue's trade history. */
export interface HistoryPage {
  /** Trades in ascending id order, `history` true; may lie partly outside the range. */
  readonly trades: TradeEvent[];
  /** The next request for the same range; null when the venue has nothing more for it. */
  readonly next: RestRequest | null;
  /** Rows that could not be read. */
  readonly refused: number;
}

/** How a venue serves past trades. */
export interface TradeHistory {
  /** Most recent trades that can be reached at all (Bybit 60); null when paging reaches any of them. */
  readonly reach: number | null;
  /** Whether REST rows carry times as fine as the live feed's; where not, use them only for ids never published. */
  readonly exactTimes: boolean;
  /** The first request for a range; null when the venue cannot serve such a range. */
  firstRequest(range: HistoryRange): RestRequest | null;
  /**
   * One answer.
   * @param body the response text with status 200.
   * @param headers response headers, lower-case names.
   * @param receivedAt arrival by our clock, ms UTC.
   * @throws RetryableError when the venue asks to come again later inside a 200, PermanentError when the answer is no history.
   */
  decode(
    range: HistoryRange,
    request: RestRequest,
    body: string,
    headers: Readonly<Record<string, string>>,
    receivedAt: number,
  ): HistoryPage;
}
