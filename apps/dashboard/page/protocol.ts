// The dashboard's wire protocol, shared by gateway and page; docs/dashboard-protocol.md tells how it is spoken.
import type { Candle, Gap, MlSignal, SignalOutcome } from '@neuraltrade/contracts';

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

/** How long something took, over the trades of the last ten seconds. */
export interface DelayFigures {
  /** Half of the trades took at most so long, ms. */
  p50Ms: number;
  /** 99 of 100 trades took at most so long, ms. */
  p99Ms: number;
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
  /** From the match by the venue's clock to our receipt, live trades only; null without any, and in a replay. */
  exchangeToReceive: DelayFigures | null;
  /** From our receipt to this gateway, live trades only; null without any, and in a replay. */
  receiveToGateway: DelayFigures | null;
  /** How far the processor's watermark is behind now, the largest of all symbols, ms; null when nobody says, and in a replay. */
  watermarkLagMs: number | null;
  /** Records that wait in the adapters' buffers; null when nobody says. */
  bufferDepth: number | null;
  /** Messages that wait in the queues of processor and sink; null when nobody says. */
  queueDepth: number | null;
  /** Trades that adapters have given up since their start, each inside a gap; null when nobody says. */
  dropped: number | null;
  /** Messages that wait on market.parked; null when nobody says. */
  parked: number | null;
}

/** Names one symbol of one venue. */
export interface MarketName {
  /** The venue's name. */
  exchange: string;
  /** BASE/QUOTE. */
  symbol: string;
}

/** Names one series of candles. */
export interface CandleSeriesName extends MarketName {
  /** Length of the interval ('1m'). */
  timeframe: string;
}

/** Which signals are wanted; absent = of every venue, of every symbol. */
export type SignalFilter = Partial<MarketName>;

/**
 * What can be subscribed to: the prices of all venues, one series of candles, the tape or the gaps of one symbol, signals with
 * what became of them, the pipeline.
 */
export type Channel =
  | { channel: 'prices' | 'pipeline' }
  | ({ channel: 'candles' } & CandleSeriesName)
  | ({ channel: 'trades' | 'gaps' } & MarketName)
  | ({ channel: 'signals' } & SignalFilter);

/** Where a client stands that was connected before: it is told what changed since, if the gateway still knows. */
export interface Resume {
  /** The session of the greeting at that time. */
  session: string;
  /** `seq` of the last message of this channel. */
  seq: number;
}

/** Proves the right to read; the first message when the greeting asks for it. */
export interface AuthMessage {
  /** Kind of message. */
  op: 'auth';
  /** The gateway's AUTH_TOKEN. */
  token: string;
}

/** What a client may send. */
export type ClientMessage =
  AuthMessage | ({ op: 'subscribe'; resume?: Resume } & Channel) | ({ op: 'unsubscribe' } & Channel);

/** First message on every connection. */
export interface HelloMessage {
  /** Kind of message. */
  type: 'hello';
  /** Version of this protocol. */
  version: 2;
  /** Names this run of the gateway: sequence numbers of another one mean nothing. */
  session: string;
  /** Where the data comes from. */
  mode: DashboardMode;
  /** Whether `auth` must be sent before anything else. */
  authRequired: boolean;
}

/** Where a message stands in its channel: it holds everything that changed after `from` up to `seq`, the newest of each. */
export interface Versioned {
  /** The channel's version that the client has after this message. */
  seq: number;
  /**
   * The version that it continues, `seq` of the channel's message before; a client that has another one subscribes again.
   * null: a snapshot, which takes the place of all that was known; it may also come later, to a client that was behind for
   * so long that the changes are not kept any more.
   */
  from: number | null;
}

/** Prices: all known ones as a snapshot, afterwards those that changed. */
export interface PricesMessage extends Versioned {
  /** Kind of message. */
  type: 'prices';
  /** In no particular order, each symbol at most once. */
  prices: PriceRow[];
}

/**
 * Candles of one series: the newest few as a snapshot, afterwards those that changed. History before them comes from GET
 * /api/candles; after a snapshot that did not answer a subscription it is to be read again, for revisions were missed.
 */
export interface CandlesMessage extends CandleSeriesName, Versioned {
  /** Kind of message. */
  type: 'candles';
  /** Each candle at most once; a larger (epoch, revision) replaces what is known. */
  candles: Candle[];
}

/** One trade on the tape. */
export interface TapeTrade {
  /** The venue's own id. */
  id: string;
  /** Price, quote currency. */
  price: number;
  /** Size, base currency. */
  size: number;
  /** Who crossed the spread. */
  side: 'buy' | 'sell' | 'unknown';
  /** Match time by the venue's clock, ms UTC. */
  timestamp: number;
  /** Whether it was fetched from the venue's history instead of seen live. */
  backfilled: boolean;
}

/** The tape of one symbol: its last trades as a snapshot, afterwards those that came, at most 100 in one message. */
export interface TradesMessage extends MarketName, Versioned {
  /** Kind of message. */
  type: 'trades';
  /** Trades after `from` that are left out because there were too many. */
  skipped: number;
  /** In the order of their arrival. */
  trades: TapeTrade[];
}

/** Signals and what became of them: the newest ones as a snapshot, afterwards those that came; a repeat replaces. */
export interface SignalsMessage extends SignalFilter, Versioned {
  /** Kind of message. */
  type: 'signals';
  /** In the order of their arrival. */
  signals: MlSignal[];
  /** In the order of their arrival; one belongs to the signal of its names, model version, timestamp and type. */
  outcomes: SignalOutcome[];
}

/**
 * Gaps of one symbol: those that the gateway has heard of since its start as a snapshot, afterwards those that changed. What was
 * before comes from GET /api/gaps; of two for one gapId the closed one counts.
 */
export interface GapsMessage extends MarketName, Versioned {
  /** Kind of message. */
  type: 'gaps';
  /** Each gapId at most once; a repeat replaces. */
  gaps: Gap[];
}

/** The pipeline, once a second, always whole: `from` is null. */
export interface PipelineMessage extends PipelineSummary, Versioned {
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
  /** The channel whose subscription was refused; absent for a message that could not be read. */
  about?: Channel;
}

/** What the gateway may send. */
export type ServerMessage =
  | HelloMessage
  | PricesMessage
  | CandlesMessage
  | TradesMessage
  | SignalsMessage
  | GapsMessage
  | PipelineMessage
  | ErrorMessage;

/** WebSocket close codes of our own, beside 1001 (gateway stops), 1003 (binary message) and 1009 (message too big). */
export const CLOSE_CODES = {
  /** No token, or not the right one. */
  unauthorized: 4401,
  /** The client does not read fast enough: its bytes waiting would pass the cap, or it has been behind for too long. */
  tooSlow: 4408,
  /** The client sends too many messages. */
  tooManyMessages: 4429,
} as const;

/** Answer of GET /api/signals. */
export interface SignalsAnswer {
  /** Ascending by timestamp. */
  signals: MlSignal[];
  /** What became of these signals, ascending by timestamp; one is found by names, timeframe, model version, timestamp and type. */
  outcomes: SignalOutcome[];
}

/** One row of GET /api/signal-performance: the signals of one model version on one UTC day, and what became of them. */
export interface PerformanceRow {
  /** Name and version of the model. */
  modelVersion: string;
  /** Start of the UTC day, ms UTC; a signal belongs to the day of its timestamp. */
  day: number;
  /** Signals to buy. */
  buy: number;
  /** Signals to sell. */
  sell: number;
  /** Signals to do nothing. */
  hold: number;
  /** Signals to act: buy + sell. */
  total: number;
  /** buy / total, 0 to 1; null on a day with holds only. */
  buyRatio: number | null;
  /** What became of the signals to act. */
  acts: OutcomeFigures;
  /** What became of the signals to do nothing. */
  holds: OutcomeFigures;
}

/** What became of some signals. */
export interface OutcomeFigures {
  /** Hits and misses. */
  judged: number;
  /** How many went as the signal said. */
  hits: number;
  /** How many did not. */
  misses: number;
  /** How many nothing can be said of. */
  unjudged: number;
  /** hits / judged, 0 to 1; null when none was judged. */
  hitRate: number | null;
  /** Mean return of those judged the signal's way, basis points; null when none was judged. */
  meanReturnBps: number | null;
}

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
