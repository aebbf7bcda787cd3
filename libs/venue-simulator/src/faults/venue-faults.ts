import type { Instrument, MarketTrade } from '../market/instrument';
import type { SimulatedVenue } from '../server/simulated-venue';
import type { VenueServer } from '../server/venue-server';
import { checkNumbers, numberOf } from './fault-command';
import type { CompleteCommand, FaultCommand } from './fault-command';
import { FAULT_KINDS } from './fault-kinds';
import type { FaultKind } from './fault-kinds';
import type { FaultLedger, FaultRecord, OrderedFault } from './fault-ledger';
import { overlaps, placesOf, PlaceChooser } from './fault-targets';
import type { FaultPlace, FaultTarget } from './fault-targets';
import { LateFrames, ReversedFrames } from './held-frames';
import { DoubledFrames, DroppedTrades } from './lost-and-doubled';
import type { RestFault } from './rest-faults';
import type { TradeFault, TradeFaultNote, TradeFaults } from './trade-faults';

/** Faults on command. Each is noted in the truth log when it happens, and throws an Error for an unknown venue or symbol. */
export interface VenueFaults {
  /**
   * Carries out a fault, or lets it wait for the trades, requests or clients that it shall befall.
   * @returns what was done so far; what follows has the same id in the truth log.
   * @throws Error with a plain sentence when it cannot be done.
   */
  carryOut(command: FaultCommand): FaultRecord;
  /** Whether a fault still goes on there, or waits for what it shall befall. */
  isBusy(place: FaultPlace): boolean;
  /** Where which faults can be carried out. */
  targets(): readonly FaultTarget[];
  /** The newest 1,000 commands with what became of them. */
  ordered(): readonly OrderedFault[];
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

/** One venue as faults see it. */
export interface FaultStage {
  /** Its protocol. */
  readonly venue: SimulatedVenue;
  /** Its sockets. */
  readonly server: VenueServer;
  /** Shifts its clock by `ms` until `untilMs` (ms UTC of the simulator's clock). */
  skewClock(ms: number, untilMs: number): void;
}

/** What a fault acts on. */
export interface FaultSurroundings {
  /** A venue; undefined for an unknown one. */
  stage(venue: string): FaultStage | undefined;
  /** A trading instrument; undefined when the venue does not trade it. */
  instrument(venue: string, symbol: string): Instrument | undefined;
  /** Where which faults can be carried out. */
  readonly targets: readonly FaultTarget[];
  /** ms UTC of the simulator's clock. */
  nowMs(): number;
  /** Takes what was done. */
  readonly ledger: FaultLedger;
  /** The faults of trades. */
  readonly trades: TradeFaults;
}

const GARBAGE = '{"data":[{"price":"12';

/** Carries out the faults that are commanded. */
export function createVenueFaults(around: FaultSurroundings): VenueFaults {
  const chooser = new PlaceChooser();
  const lasting: { place: FaultPlace; untilMs: number }[] = [];

  const stageOf = (venue: string): FaultStage => {
    const stage = around.stage(venue);
    if (stage === undefined) throw new Error(`No venue '${venue}' is simulated.`);
    return stage;
  };
  const instrumentOf = (venue: string, symbol: string): Instrument => {
    stageOf(venue);
    const instrument = around.instrument(venue, symbol);
    if (instrument === undefined) throw new Error(`The simulated ${venue} does not trade ${symbol}.`);
    return instrument;
  };
  const complete = (command: FaultCommand): CompleteCommand => {
    checkNumbers(command);
    const { fault, exchange, symbol } = command;
    if (exchange !== undefined) stageOf(exchange);
    if (exchange !== undefined && symbol !== undefined) instrumentOf(exchange, symbol);
    const possible = placesOf(fault, around.targets, command);
    if (possible.length === 0)
      throw new Error(`${fault} is not possible on ${exchange ?? symbol ?? 'any venue'}.`);
    const idle = possible.filter((place) => !isBusy(place));
    const place = chooser.choose(idle.length > 0 ? idle : possible, 0) as FaultPlace;
    chooser.note(place);
    return { ...command, ...place };
  };

  const isBusy = (place: FaultPlace): boolean => {
    const now = around.nowMs();
    for (let at = lasting.length - 1; at >= 0; at--)
      if ((lasting[at]?.untilMs ?? 0) <= now) lasting.splice(at, 1);
    if (lasting.some((other) => overlaps(other.place, place))) return true;
    const { venue, server } = stageOf(place.exchange);
    if (server.subscriptionFaults.isBusy(now)) return true;
    const instruments =
      place.symbol === undefined
        ? venue.instruments.filter(({ active }) => active)
        : [instrumentOf(place.exchange, place.symbol)];
    return instruments.some(
      (instrument) => around.trades.isBusy(instrument) || isSilenced(venue, instrument),
    );
  };

  const carryOut = (asked: FaultCommand): FaultRecord => {
    const command = complete(asked);
    const { fault, exchange, symbol } = command;
    const ordered = around.ledger.order(command);
    const instrument = symbol === undefined ? null : instrumentOf(exchange, symbol);
    const done =
      instrument === null ? befallVenue(command, ordered) : befallSymbol(command, ordered, instrument);
    if (FAULT_KINDS[fault].befalls === 'venue' && done?.until !== undefined)
      lasting.push({ place: { exchange }, untilMs: done.until });
    if (command.cut === true) stageOf(exchange).server.cutClients();
    const { effects: _, ...accepted } = ordered;
    return done ?? accepted;
  };

  /** @returns what was done at once; null where it waits for trades. */
  const befallSymbol = (
    command: CompleteCommand,
    ordered: OrderedFault,
    instrument: Instrument,
  ): FaultRecord | null => {
    const { venue } = stageOf(command.exchange);
    if (command.fault === 'silence-symbol' || command.fault === 'silence-quotes') {
      const { trades, quotes } = venue.streams;
      const silenced = command.fault === 'silence-quotes' ? quotes : [...trades, ...quotes];
      const clients = Math.max(...silenced.map((stream) => stream.silence(instrument)));
      return around.ledger.effect(ordered, { clients });
    }
    const note: TradeFaultNote = (trades: readonly MarketTrade[], span) => {
      around.ledger.effect(ordered, {
        ...span,
        tradeIds: trades.map((trade) => venue.tradeId(instrument, trade)),
      });
    };
    around.trades.add(instrument, tradeFault(command, note));
    return null;
  };

  /** @returns what was done at once; null where it waits for requests. */
  const befallVenue = (command: CompleteCommand, ordered: OrderedFault): FaultRecord | null => {
    const { fault, exchange } = command;
    const stage = stageOf(exchange);
    const { server } = stage;
    const now = around.nowMs();
    const [ms, forMs] = [numberOf(command, 'ms'), numberOf(command, 'forMs')];
    const until = now + forMs;
    const { ledger } = around;
    switch (fault) {
      case 'garbage':
        return ledger.effect(ordered, { clients: server.sendToAll(GARBAGE) });
      case 'cut-clients': {
        const { clients } = server;
        server.cutClients();
        return ledger.effect(ordered, { clients });
      }
      case 'refuse-subscription':
      case 'lose-ack': {
        const note = (): void => void ledger.effect(ordered, { clients: 1 });
        server.subscriptionFaults.add({ fault, count: numberOf(command, 'count'), untilMs: until, note });
        return null;
      }
      case 'stall':
      case 'half-open':
        return ledger.effect(ordered, { clients: server.silence(forMs, fault === 'stall'), until });
      case 'clock-skew':
        stage.skewClock(ms, until);
        return ledger.effect(ordered, { ms, until, clients: server.clients });
      case 'announce-shutdown': {
        const clients = server.announceShutdown(now + ms);
        return ledger.effect(ordered, { clients, until: now + ms });
      }
      default:
        beginRest(command, restFault(command), ordered);
        return null;
    }
  };

  const beginRest = (
    command: CompleteCommand,
    fault: RestFault,
    ordered = around.ledger.order(command),
  ): void => {
    const { exchange } = command;
    const until = around.nowMs() + fault.forMs;
    lasting.push({ place: { exchange }, untilMs: until });
    stageOf(exchange).server.restFaults.begin(
      fault,
      around.nowMs(),
      (path) => void around.ledger.effect(ordered, { path, until }),
    );
  };

  return {
    carryOut,
    isBusy,
    targets: () => around.targets,
    ordered: () => around.ledger.list(),
    dropTrades: (exchange, symbol, count) => void carryOut({ fault: 'drop-trades', exchange, symbol, count }),
    duplicateFrames: (exchange, symbol, count) =>
      void carryOut({ fault: 'duplicate-frames', exchange, symbol, count }),
    swapFrames: (exchange, symbol) => void carryOut({ fault: 'swap-frames', exchange, symbol }),
    sendGarbage: (exchange) => void carryOut({ fault: 'garbage', exchange }),
    refuseSubscriptions: (exchange, count) =>
      void carryOut({ fault: 'refuse-subscription', exchange, count }),
    loseAcks: (exchange, count) => void carryOut({ fault: 'lose-ack', exchange, count }),
    stall: (exchange, forMs) => void carryOut({ fault: 'stall', exchange, forMs }),
    halfOpen: (exchange, forMs) => void carryOut({ fault: 'half-open', exchange, forMs }),
    rest: (exchange, fault) => {
      stageOf(exchange);
      beginRest({ fault: kindOfRest(fault), exchange }, fault);
    },
  };
}

function isSilenced({ streams }: SimulatedVenue, instrument: Instrument): boolean {
  return [...streams.trades, ...streams.quotes].some((stream) => stream.isSilenced(instrument));
}

function tradeFault(command: CompleteCommand, note: TradeFaultNote): TradeFault {
  const [count, ms] = [numberOf(command, 'count'), numberOf(command, 'ms')];
  switch (command.fault) {
    case 'drop-trades':
      return new DroppedTrades(count, note);
    case 'duplicate-frames':
      return new DoubledFrames(count, note);
    case 'swap-frames':
      return new ReversedFrames(2, ms, note);
    case 'reorder-frames':
      return new ReversedFrames(count, ms, note);
    case 'late-trades':
      return new LateFrames(count, ms, note);
    default:
      throw new Error(`${command.fault} does not befall single trades.`);
  }
}

function kindOfRest({ status, truncated }: RestFault): FaultKind {
  if (truncated === true) return 'rest-truncated';
  return status === undefined ? 'rest-slow' : `rest-${status}`;
}

function restFault(command: CompleteCommand): RestFault {
  const forMs = numberOf(command, 'forMs');
  const retryAfter = String(numberOf(command, 'retryAfter'));
  switch (command.fault) {
    case 'rest-418':
      return { status: 418, retryAfter, forMs };
    case 'rest-429':
      return { status: 429, retryAfter, forMs };
    case 'rest-500':
      return { status: 500, forMs };
    case 'rest-503':
      return { status: 503, retryAfter, forMs };
    case 'rest-slow':
      return { delayMs: numberOf(command, 'ms'), forMs };
    case 'rest-truncated':
      return { truncated: true, forMs };
    default:
      throw new Error(`${command.fault} is no fault of REST.`);
  }
}
