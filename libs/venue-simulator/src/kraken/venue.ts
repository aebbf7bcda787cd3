import type { Instrument, MarketOrder, MarketTrade } from '../market/instrument';
import type { Connection, TurnClock } from '../server/connection';
import type {
  RestAnswer,
  RestRequest,
  Session,
  SimulatedVenue,
  TradeWitness,
} from '../server/simulated-venue';
import { SlidingConnectLimit } from '../server/connect-limit';
import { RequestAllowance } from '../server/request-allowance';
import { PairChannels } from './channels';
import type { StreamName } from './channels';
import { tickerFrame, tradeFrame } from './frames';
import { answerRest } from './rest';
import { KrakenSession } from './session';

/** Public REST requests a second, and at once after a rest. */
const REQUESTS_PER_SECOND = 1;
const REQUEST_BURST = 3;

/** Kraken's WebSocket v2 and REST lists. */
export function krakenVenue(
  instruments: readonly Instrument[],
  clock: TurnClock,
  told: TradeWitness,
): SimulatedVenue {
  return new KrakenVenue(instruments, clock, told);
}

class KrakenVenue implements SimulatedVenue {
  readonly webSocketPath = '/v2';
  readonly connects = new SlidingConnectLimit(150, 600_000, 429);
  readonly bansImpatient = false;
  readonly announcesShutdown = false;
  readonly streams: SimulatedVenue['streams'];
  readonly #channels: PairChannels;
  readonly #allowance = new RequestAllowance(REQUESTS_PER_SECOND, REQUEST_BURST);

  constructor(
    readonly instruments: readonly Instrument[],
    readonly clock: TurnClock,
    readonly told: TradeWitness,
  ) {
    this.#channels = new PairChannels(instruments);
    const { trade, 'ticker:trades': onTrades, 'ticker:bbo': onBook } = this.#channels.audiences;
    this.streams = { trades: [trade], quotes: [onTrades, onBook] };
  }

  acceptsPath(url: URL): boolean {
    return url.pathname === '/v2';
  }

  open(connection: Connection): Session {
    return new KrakenSession(connection, this.clock, this.#channels, this.told);
  }

  onOrder({ instrument, trades }: MarketOrder): number {
    this.#broadcast('ticker:trades', instrument, () => tickerFrame('update', instrument));
    return this.#broadcast('trade', instrument, () => tradeFrame('update', instrument, trades));
  }

  onQuote(instrument: Instrument): void {
    this.#broadcast('ticker:bbo', instrument, () => tickerFrame('update', instrument));
  }

  tradeId(_instrument: Instrument, trade: MarketTrade): string {
    return String(trade.id);
  }

  turn(): void {
    // Every duty of Kraken is one connection's own.
  }

  answer(request: RestRequest): RestAnswer {
    if (!this.#allowance.allows(this.clock.nowMs)) {
      return { status: 200, body: { error: ['EAPI:Rate limit exceeded'] }, violation: 'rest-rate' };
    }
    return answerRest(request, this.instruments, this.clock.nowMs, this.told);
  }

  #broadcast(stream: StreamName, instrument: Instrument, serialise: () => string): number {
    const audience = this.#channels.audiences[stream].of(instrument);
    if (audience.size === 0) return 0;
    const frame = Buffer.from(serialise());
    let reached = 0;
    for (const session of audience) if (session.send(frame)) reached++;
    return reached;
  }
}
