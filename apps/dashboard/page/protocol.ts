// The dashboard's own wire protocol, shared by gateway and page. JSON texts over one WebSocket at /ws:
// the gateway greets with `hello`; the client sends `auth` first when the greeting asks for it, then subscribes.
// Every subscription is answered by one snapshot, then by changes at most every 100 ms, the newest per symbol or candle.
import type { Candle } from '@neuraltrade/contracts';

/** Where the market data comes from; never mixed. */
export type DashboardMode = 'simulated' | 'replay' | 'live';

/** The newest trade of one symbol at one venue. */
export interface PriceRow {
  /** The venue's name. */
  exchange: string;
  /** BASE/QUOTE. */
  symbol: string;
  /** Best bid, quote currency; equals `last` when not quoted. */
  bid: number;
  /** Best ask, quote currency; equals `last` when not quoted. */
  ask: number;
  /** Trade price, quote currency. */
  last: number;
  /** ask - bid, quote currency; null when not quoted. */
  spread: number | null;
  /** Spread in hundredths of a percent of the mid; null when not quoted. */
  spreadBps: number | null;
  /** Whether bid and ask are a quote of the venue. */
  quoted: boolean;
  /** Match time by the venue's clock, ms UTC. */
  timestamp: number;
}

/** One row of GET /api/last-prices. */
export interface AgedPriceRow extends PriceRow {
  /** How old the trade is, ms, >= 0; in a replay against the newest replayed trade. */
  ageMs: number;
}

/** How one component of the pipeline is doing. */
export interface PipelineComponent {
  /** The component's name ('adapter-binance'). */
  component: string;
  /** 'up', 'degraded' or 'down', as the component said. */
  state: 'up' | 'degraded' | 'down';
  /** One short sentence; may be empty. */
  detail: string;
  /** Named figures; units are in the names. */
  figures: Readonly<Record<string, number>>;
  /** When it was true, ms UTC, by the component's clock. */
  timestamp: number;
  /** Time since this word of it arrived here, ms, >= 0. */
  ageMs: number;
}

/** Where the pipeline asks one venue for its past. */
export interface VenueAddress {
  /** The venue's name. */
  exchange: string;
  /** Scheme, host and port of its REST interface; of a simulated venue on the pipeline's own machine. */
  restUrl: string;
}

/** The pipeline as this gateway sees it: GET /api/pipeline, and once a second on the socket. */
export interface PipelineSummary {
  /** Where the data comes from. */
  mode: DashboardMode;
  /** Time since the gateway's start, ms. */
  uptimeMs: number;
  /** The clock that price ages are counted by, ms UTC: the gateway's; in a replay the newest replayed trade time. */
  now: number;
  /** Trades that arrived here a second, mean of the last 5 s. */
  ticksPerSecond: number;
  /** Candle publications that arrived here a second, mean of the last 5 s. */
  candlesPerSecond: number;
  /** Gaps being closed now, as far as this gateway has heard since its start. */
  openGaps: number;
  /** Gaps closed with trades missing since the gateway's start. */
  unfillableGaps: number;
  /** Connected dashboard clients. */
  clients: number;
  /** Every component that has spoken, by name. */
  components: PipelineComponent[];
  /** Where the venues answer, as far as the gateway was told; none in a replay. */
  venues: readonly VenueAddress[];
}

/** Names one series of candles. */
export interface CandleSeriesName {
  /** The venue's name. */
  exchange: string;
  /** BASE/QUOTE. */
  symbol: string;
  /** Length of the interval ('1m'). */
  timeframe: string;
}

/** What can be subscribed to: the prices of all venues, or one series of candles. */
export type Channel = { channel: 'prices' } | ({ channel: 'candles' } & CandleSeriesName);

/** Proves the right to read; the first message when the greeting asks for it. */
export interface AuthMessage {
  /** Kind of message. */
  op: 'auth';
  /** The gateway's AUTH_TOKEN. */
  token: string;
}

/** What a client may send. */
export type ClientMessage = AuthMessage | ({ op: 'subscribe' | 'unsubscribe' } & Channel);

/** First message on every connection. */
export interface HelloMessage {
  /** Kind of message. */
  type: 'hello';
  /** Version of this protocol. */
  version: 1;
  /** Where the data comes from. */
  mode: DashboardMode;
  /** Whether `auth` must be sent before anything else. */
  authRequired: boolean;
}

/** Prices: all known ones as a snapshot, afterwards those that changed. */
export interface PricesMessage {
  /** Kind of message. */
  type: 'prices';
  /** Whether this is everything there is. */
  snapshot: boolean;
  /** In no particular order, each symbol at most once. */
  prices: PriceRow[];
}

/** Candles of one series: the newest ones as a snapshot, afterwards those that changed. */
export interface CandlesMessage extends CandleSeriesName {
  /** Kind of message. */
  type: 'candles';
  /** Whether this answers a subscription; history before it comes from GET /api/candles. */
  snapshot: boolean;
  /** Each candle at most once; a larger (epoch, revision) replaces what is known. */
  candles: Candle[];
}

/** The pipeline, once a second. */
export interface PipelineMessage extends PipelineSummary {
  /** Kind of message. */
  type: 'pipeline';
}

/** Why a message of the client was refused; the connection stays. */
export interface ErrorMessage {
  /** Kind of message. */
  type: 'error';
  /** A code from a closed set. */
  code: 'malformed' | 'unknown-symbol' | 'too-many-subscriptions';
  /** A plain sentence. */
  message: string;
}

/** What the gateway may send. */
export type ServerMessage = HelloMessage | PricesMessage | CandlesMessage | PipelineMessage | ErrorMessage;

/** WebSocket close codes of our own, beside 1001 (gateway stops), 1003 (binary message) and 1009 (message too big). */
export const CLOSE_CODES = {
  /** No token, or not the right one. */
  unauthorized: 4401,
  /** The client does not read fast enough: its bytes waiting would pass the cap, or it has been behind for too long. */
  tooSlow: 4408,
  /** The client sends too many messages. */
  tooManyMessages: 4429,
} as const;

/** Body of every HTTP error. */
export interface HttpError {
  /** What went wrong. */
  error: {
    /** A short code ('not-found'). */
    code: string;
    /** A plain sentence. */
    message: string;
  };
}
