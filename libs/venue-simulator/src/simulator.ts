import { TradeFaults } from './faults/trade-faults';
import { createVenueFaults } from './faults/venue-faults';
import type { FaultStage, VenueFaults } from './faults/venue-faults';
import { ClockSkews } from './faults/clock-skews';
import { FaultLedger } from './faults/fault-ledger';
import { FAULT_NAMES } from './faults/fault-kinds';
import type { Instrument, MarketOrder, MarketTrade } from './market/instrument';
import { createMarket } from './market/market';
import type { Market, MarketListener, SaveOptions } from './market/market';
import type { SavedMarket } from './market/saved-market';
import type { TurnClock } from './server/connection';
import type { SimulatedVenue } from './server/simulated-venue';
import { VenueServer } from './server/venue-server';
import type {
  SimulatorOptions,
  SimulatorStatistics,
  VenueEndpoint,
  VenueSimulator,
} from './simulator-options';
import { checkMarket, checkOptions } from './simulator-checks';
import { TruthLog } from './truth-log';
import type { TruthRecord } from './truth-log';
import { SIMULATED_VENUES } from './venue-list';

const DEFAULT_TURN_INTERVAL_MS = 20;
const DEFAULT_MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** How long a new market has traded before it starts unless its options say, ms: what fills the charts at once. */
export const DEFAULT_HISTORY_MS = 6 * 3_600_000;
/** Market time of one turn at most, so that a late turn does not block the process for long. */
const LONGEST_STEP_MS = 250;
/** A lag beyond this is not made up: the market goes on at the present. */
const LONGEST_LAG_MS = 5_000;

interface Stage extends FaultStage {
  readonly name: string;
}

/**
 * Starts all venues over one market, each on a free port of its own.
 * @throws Error with a plain sentence when an option is out of range, no symbol is listed anywhere, the saved market
 * lies in the future, or the host cannot be bound.
 */
export async function startVenueSimulator(options: SimulatorOptions): Promise<VenueSimulator> {
  checkOptions(options);
  const simulator = new Simulator(options);
  await simulator.listen(options.host ?? '127.0.0.1');
  return simulator;
}

class Simulator implements VenueSimulator, MarketListener {
  readonly endpoints = new Map<string, VenueEndpoint>();
  readonly faults: VenueFaults;
  readonly #tradeFaults: TradeFaults;
  readonly #ledger: FaultLedger;
  readonly #skews: ClockSkews;
  readonly #now: () => number;
  readonly #turnIntervalMs: number | null;
  readonly #market: Market;
  readonly #stages: Stage[];
  readonly #stageOf = new Map<string, Stage>();
  readonly #truth: TruthLog | null;
  #timer: NodeJS.Timeout | null = null;
  #held = false;
  #stopped = false;
  #trades = 0;
  #quotes = 0;
  #skippedMs = 0;

  constructor(options: SimulatorOptions) {
    const now = (this.#now = options.now ?? Date.now);
    this.#turnIntervalMs =
      options.turnIntervalMs === undefined ? DEFAULT_TURN_INTERVAL_MS : options.turnIntervalMs;
    this.#market = createMarket({
      seed: options.seed,
      tradesPerSecond: options.tradesPerSecond,
      symbols: options.symbols,
      venues: SIMULATED_VENUES.map((definition) => definition.traits),
      startMs: now(),
      historyMs: options.historyMs ?? DEFAULT_HISTORY_MS,
      saved: options.savedMarket ?? null,
    });
    checkMarket(this.#market, options.symbols, now());
    // The time for which nobody ran a saved market passes as a halt: its ids and prices go on without a hole.
    this.#market.skipTo(now());
    const skews = (this.#skews = new ClockSkews((venue, ms) => this.#market.skewClock(venue, ms)));
    const maxBufferedBytes = options.maxBufferedBytes ?? DEFAULT_MAX_BUFFERED_BYTES;
    this.#stages = SIMULATED_VENUES.map((definition) => {
      const { name } = definition.traits;
      const clock: TurnClock = {
        get nowMs() {
          return now();
        },
        get shownMs() {
          return now() + skews.of(name);
        },
      };
      const venue = definition.create(this.#market.instrumentsOf(name), clock, (instrument, trades) => {
        this.#record(venue, instrument, trades, 'history');
        // An answer leaves between two turns: whoever has it shall find its trades in the log.
        this.#truth?.flush();
      });
      const server = new VenueServer(venue, clock, maxBufferedBytes);
      return { name, venue, server, skewClock: (ms, untilMs) => skews.begin(name, ms, untilMs) };
    });
    for (const stage of this.#stages) this.#stageOf.set(stage.name, stage);
    this.#truth = options.truthLog ? new TruthLog(options.truthLog) : null;
    this.#ledger = new FaultLedger(now, (fault) => this.#truth?.recordFault(fault));
    this.#tradeFaults = new TradeFaults(now, this.#send);
    this.faults = createVenueFaults({
      stage: (venue) => this.#stageOf.get(venue),
      instrument: (venue, symbol) =>
        this.#market.instrumentsOf(venue).find(({ active, listing }) => active && listing.symbol === symbol),
      targets: this.#stages.map(({ name, venue }) => ({
        exchange: name,
        symbols: venue.instruments.flatMap(({ active, listing }) => (active ? [listing.symbol] : [])),
        faults: FAULT_NAMES.filter((fault) => fault !== 'announce-shutdown' || venue.announcesShutdown),
      })),
      nowMs: now,
      ledger: this.#ledger,
      trades: this.#tradeFaults,
    });
  }

  async listen(host: string): Promise<void> {
    const shown = host.includes(':') ? `[${host}]` : host;
    try {
      for (const { name, venue, server } of this.#stages) {
        const port = await server.listen(host);
        this.endpoints.set(name, {
          webSocketUrl: `ws://${shown}:${port}${venue.webSocketPath}`,
          restUrl: `http://${shown}:${port}`,
        });
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#schedule(false);
  }

  save(options?: SaveOptions): SavedMarket {
    return this.#market.save(options);
  }

  turn(): boolean {
    const nowMs = this.#now();
    for (const { server } of this.#stages) server.beginTurn();
    this.#skews.turn(nowMs);
    if (this.#held) this.#market.skipTo(nowMs);
    const lagMs = nowMs - this.#market.timeMs;
    if (lagMs > LONGEST_LAG_MS) {
      this.#market.skipTo(nowMs - LONGEST_STEP_MS);
      this.#skippedMs += lagMs - LONGEST_STEP_MS;
    }
    this.#market.advanceTo(Math.min(nowMs, this.#market.timeMs + LONGEST_STEP_MS), this);
    this.#tradeFaults.turn();
    // The log is written before the frames leave, so that whoever has received a trade finds it there.
    this.#truth?.flush();
    for (const { server } of this.#stages) server.endTurn();
    return this.#market.timeMs < nowMs;
  }

  onOrder(order: MarketOrder): void {
    this.#trades += order.trades.length;
    this.#tradeFaults.pass(order);
  }

  onQuote(instrument: Instrument): void {
    this.#quotes++;
    this.#stageOf.get(instrument.listing.venue)?.venue.onQuote(instrument);
  }

  hold(): void {
    this.#held = true;
  }

  cutClients(venue?: string): void {
    for (const { name } of this.#stages) {
      if (venue === undefined || venue === name)
        this.faults.carryOut({ fault: 'cut-clients', exchange: name });
    }
  }

  statistics(): SimulatorStatistics {
    const sum = (count: (server: VenueServer) => number): number =>
      this.#stages.reduce((total, { server }) => total + count(server), 0);
    return {
      trades: this.#trades,
      quotes: this.#quotes,
      skippedIds: this.#market.skippedIds,
      skippedMs: Math.round(this.#skippedMs),
      slowClientsCut: sum((server) => server.slowClientsCut),
      clients: sum((server) => server.clients),
      violations: this.#stages.flatMap(({ name, server }) => server.violations.list(name)),
      faults: this.#ledger.carriedOut,
    };
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.all(this.#stages.map(({ server }) => server.stop()));
    this.#truth?.close();
  }

  readonly #send = (order: MarketOrder): void => {
    const { instrument, trades } = order;
    const venue = this.#stageOf.get(instrument.listing.venue)?.venue;
    if (venue !== undefined && venue.onOrder(order) > 0) this.#record(venue, instrument, trades, 'feed');
  };

  #record(
    venue: SimulatedVenue,
    instrument: Instrument,
    trades: readonly MarketTrade[],
    via: TruthRecord['via'],
  ): void {
    this.#truth?.record(instrument, trades, via, (of, trade) => venue.tradeId(of, trade));
  }

  #schedule(lagging: boolean): void {
    if (this.#turnIntervalMs === null || this.#stopped) return;
    this.#timer = setTimeout(() => this.#schedule(this.turn()), lagging ? 0 : this.#turnIntervalMs);
  }
}
