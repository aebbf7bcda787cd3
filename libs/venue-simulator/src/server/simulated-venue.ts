import type { IncomingHttpHeaders } from 'node:http';
import type { Instrument, MarketOrder, MarketTrade } from '../market/instrument';
import type { VenueTraits } from '../market/venue-traits';
import type { Connection, TurnClock } from './connection';

/** One venue's public face: its WebSocket protocol and its REST answers over the market's instruments. */
export interface SimulatedVenue {
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
  /** Does what is due for this client, such as pings and time limits. */
  turn(nowMs: number): void;
  /** The socket is closed: nothing can be sent any more. */
  onClose(): void;
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
