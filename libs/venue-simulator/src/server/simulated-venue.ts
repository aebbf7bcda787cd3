import type { IncomingHttpHeaders } from 'node:http';
import type { Instrument, MarketOrder, MarketTrade } from '../market/instrument';
import type { VenueTraits } from '../market/venue-traits';
import type { SilenceableStream } from './audience';
import type { Connection, TurnClock } from './connection';
import type { ViolationKind } from './violations';

/** One venue's public face: its WebSocket protocol and its REST answers over the market's instruments. */
export interface SimulatedVenue {
  /** What it lists, by index. */
  readonly instruments: readonly Instrument[];
  /** The streams that carry trades (or tell of them) and those that carry quotes. */
  readonly streams: {
    /** Trades, and what tells of them such as heartbeats with ids. */
    readonly trades: readonly SilenceableStream[];
    /** The book's top. */
    readonly quotes: readonly SilenceableStream[];
  };
  /** How many connections it admits. */
  readonly connects: ConnectLimit;
  /** Whether a client that asks REST on while it is told to wait is banned with status 418. */
  readonly bansImpatient: boolean;
  /** Whether it announces its shutdown to clients; see {@link Session.announceShutdown}. */
  readonly announcesShutdown: boolean;
  /** Path and query of the WebSocket address that clients shall dial. */
  readonly webSocketPath: string;
  /** Whether a client may connect there; other paths get HTTP 404. */
  acceptsPath(url: URL): boolean;
  /** A client has connected to an accepted path. */
  open(connection: Connection, url: URL): Session;
  /** A taker order traded. @returns how many clients its trades were sent to. */
  onOrder(order: MarketOrder): number;
  /** The top of an instrument's book changed. */
  onQuote(instrument: Instrument): void;
  /** The id of a trade as this venue prints it. */
  tradeId(instrument: Instrument, trade: MarketTrade): string;
  /** Does what is due for all clients at once, such as heartbeats. */
  turn(nowMs: number): void;
  /** Answers a REST request. */
  answer(request: RestRequest): RestAnswer;
}

/** One client's conversation with a venue. */
export interface Session {
  /** A message came; null for a binary one. */
  onMessage(text: string | null): void;
  /** A fault: refuses a subscribe request as a whole, in the venue's words. */
  refuse(text: string): void;
  /** A WebSocket ping came; the pong has been sent. */
  onPing(): void;
  /** A WebSocket pong came. */
  onPong(payload: string): void;
  /** Tells the client that the venue will shut down soon. @returns whether its socket took it. */
  announceShutdown?(): boolean;
  /** Does what is due for this client, such as pings and time limits. */
  turn(nowMs: number): void;
  /** The socket is closed: nothing can be sent any more. */
  onClose(): void;
}

/** How many connections a venue admits. All clients count together, as if they shared one address. */
export interface ConnectLimit {
  /** Notes one attempt at `nowMs`; false when it is one too many. */
  allows(nowMs: number): boolean;
  /** The HTTP status that one too many gets instead of the upgrade. */
  readonly refusal: 403 | 429;
}

/** A REST request. */
export interface RestRequest {
  /** GET, POST and so on. */
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  /** The decoded query. */
  readonly query: URLSearchParams;
  /** The headers, names in lower case. */
  readonly headers: IncomingHttpHeaders;
}

/** A REST answer. */
export interface RestAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Headers besides those of the body; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What is sent as JSON. */
  readonly body: unknown;
  /** The limit that the request broke; absent when it kept to all. */
  readonly violation?: ViolationKind;
}

/** Is told which trades a client got by other ways than live: by REST or as history on subscribing. */
export type TradeWitness = (instrument: Instrument, trades: readonly MarketTrade[]) => void;

/** A venue that can be simulated: one entry of the list in venue-list.ts. */
export interface VenueDefinition {
  /** How it takes part in the market. */
  readonly traits: VenueTraits;
  /** Its public face over the instruments that the market made of the traits. */
  create(instruments: readonly Instrument[], clock: TurnClock, told: TradeWitness): SimulatedVenue;
}
