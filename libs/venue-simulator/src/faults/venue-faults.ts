import type { Instrument } from '../market/instrument';
import type { VenueServer } from '../server/venue-server';
import type { RestFault } from './rest-faults';
import type { TradeFaults } from './trade-faults';

/** One line of the truth log that is no trade: a fault that was carried out. */
export interface FaultRecord {
  /** What was done, such as 'drop-trades'. */
  readonly fault: string;
  /** The venue's name. */
  readonly exchange: string;
  /** When, ms UTC of the simulator's clock. */
  readonly at: number;
  /** BASE/QUOTE, where the fault befell one symbol's trades. */
  readonly symbol?: string;
  /** Ids of the trades that it befell. */
  readonly tradeIds?: readonly string[];
  /** Clients that it befell. */
  readonly clients?: number;
  /** How long it lasts, ms. */
  readonly forMs?: number;
  /** Path of the request that it befell. */
  readonly path?: string;
}

/** Faults on command. Each is noted in the truth log when it happens, and throws an Error for an unknown venue or symbol. */
export interface VenueFaults {
  /** The next `count` trades happen, have ids and are served by REST, but are not sent. */
  dropTrades(venue: string, symbol: string, count: number): void;
  /** The frames of the next `count` taker orders are sent twice. */
  duplicateFrames(venue: string, symbol: string, count: number): void;
  /** The frames of the next taker order are sent after those of the one that follows it. */
  swapFrames(venue: string, symbol: string): void;
  /** Every client gets one frame that is cut off in the middle. */
  sendGarbage(venue: string): void;
  /** The next `count` subscribe requests are refused. */
  refuseSubscriptions(venue: string, count: number): void;
  /** The next `count` subscribe requests are carried out, but the first frame of their answer is lost. */
  loseAcks(venue: string, count: number): void;
  /** The present clients are sent nothing for a while, lost for good; pings are still answered. */
  stall(venue: string, forMs: number): void;
  /** The present clients are sent nothing for a while and nothing of theirs is read, not even pings or a close. */
  halfOpen(venue: string, forMs: number): void;
  /** REST answers with a fault for a while. */
  rest(venue: string, fault: RestFault): void;
}

/** What a fault acts on. */
export interface FaultTargets {
  /** The sockets of a venue; undefined for an unknown one. */
  server(venue: string): VenueServer | undefined;
  /** A trading instrument; undefined when the venue does not trade it. */
  instrument(venue: string, symbol: string): Instrument | undefined;
  /** ms UTC of the simulator's clock. */
  nowMs(): number;
  /** Notes what was done. */
  record(fault: FaultRecord): void;
}

const GARBAGE = '{"data":[{"price":"12';

/** Carries out the faults that are commanded. */
export function createVenueFaults(targets: FaultTargets, trades: TradeFaults): VenueFaults {
  const serverOf = (venue: string): VenueServer => {
    const server = targets.server(venue);
    if (server === undefined) throw new Error(`No venue '${venue}' is simulated.`);
    return server;
  };
  const instrumentOf = (venue: string, symbol: string): Instrument => {
    serverOf(venue);
    const instrument = targets.instrument(venue, symbol);
    if (instrument === undefined) throw new Error(`The simulated ${venue} does not trade ${symbol}.`);
    return instrument;
  };
  const note = (fault: string, exchange: string, clients: number, forMs?: number): void =>
    targets.record({ fault, exchange, at: targets.nowMs(), clients, ...(forMs !== undefined && { forMs }) });
  return {
    dropTrades: (venue, symbol, count) => trades.drop(instrumentOf(venue, symbol), count),
    duplicateFrames: (venue, symbol, count) => trades.duplicate(instrumentOf(venue, symbol), count),
    swapFrames: (venue, symbol) => trades.swap(instrumentOf(venue, symbol)),
    sendGarbage: (venue) => note('garbage', venue, serverOf(venue).sendToAll(GARBAGE)),
    refuseSubscriptions: (venue, count) => serverOf(venue).subscriptionFaults.refuse(count),
    loseAcks: (venue, count) => serverOf(venue).subscriptionFaults.loseAcks(count),
    stall: (venue, forMs) => note('stall', venue, serverOf(venue).silence(forMs, true), forMs),
    halfOpen: (venue, forMs) => note('half-open', venue, serverOf(venue).silence(forMs, false), forMs),
    rest: (venue, fault) => serverOf(venue).restFaults.begin(fault, targets.nowMs()),
  };
}
