import type { Instrument, MarketOrder, MarketTrade } from '../market/instrument';
import { scramble } from '../market/random';
import type { Audience } from '../server/audience';
import type { Connection, TurnClock } from '../server/connection';
import type {
  RestAnswer,
  RestRequest,
  Session,
  SimulatedVenue,
  TradeWitness,
} from '../server/simulated-venue';
import { BurstConnectLimit } from '../server/connect-limit';
import { RequestAllowance } from '../server/request-allowance';
import { ProductChannels } from './channels';
import { heartbeatFrame, matchFrame, tickerFrame } from './frames';
import { answerRest } from './rest';
import { CoinbaseSession } from './session';

const HEARTBEAT_INTERVAL_MS = 1_000;
/** Public REST requests a second, and at once after a rest. */
const REQUESTS_PER_SECOND = 10;
const REQUEST_BURST = 15;
/** One ticker in so many is left out, besides those of all trades but the last of an order. */
const TICKERS_PER_LEFT_OUT = 10;

/** Coinbase's Exchange feed and REST lists. */
export function coinbaseVenue(
  instruments: readonly Instrument[],
  clock: TurnClock,
  told: TradeWitness,
): SimulatedVenue {
  return new CoinbaseVenue(instruments, clock, told);
}

class CoinbaseVenue implements SimulatedVenue {
  readonly webSocketPath = '/';
  readonly connects = new BurstConnectLimit(8, 20, 429);
  readonly bansImpatient = false;
  readonly announcesShutdown = false;
  readonly streams: SimulatedVenue['streams'];
  readonly #channels: ProductChannels;
  readonly #allowance = new RequestAllowance(REQUESTS_PER_SECOND, REQUEST_BURST);
  #heartbeatMs: number;

  constructor(
    readonly instruments: readonly Instrument[],
    readonly clock: TurnClock,
    readonly told: TradeWitness,
  ) {
    this.#channels = new ProductChannels(instruments);
    const { matches, ticker, heartbeat } = this.#channels.audiences;
    this.streams = { trades: [matches, heartbeat], quotes: [ticker] };
    this.#heartbeatMs = clock.nowMs;
  }

  acceptsPath(url: URL): boolean {
    return url.pathname === '/';
  }

  open(connection: Connection): Session {
    return new CoinbaseSession(connection, this.clock, this.#channels, this.told);
  }

  onOrder({ instrument, trades }: MarketOrder): number {
    const { matches, ticker } = this.#channels.audiences;
    let reached = 0;
    if (matches.of(instrument).size > 0) {
      for (const trade of trades)
        reached = broadcast(matches, instrument, matchFrame('match', instrument, trade));
    }
    // The ticker is conflated: one for all trades of an order, and now and then none.
    const leftOut = scramble(instrument.nextTradeId) % TICKERS_PER_LEFT_OUT === 0;
    if (!leftOut && ticker.of(instrument).size > 0) broadcast(ticker, instrument, tickerFrame(instrument));
    return reached;
  }

  onQuote(): void {
    // No public channel tells of the book between trades.
  }

  tradeId(_instrument: Instrument, trade: MarketTrade): string {
    return String(trade.id);
  }

  turn(nowMs: number): void {
    if (nowMs - this.#heartbeatMs < HEARTBEAT_INTERVAL_MS) return;
    this.#heartbeatMs = nowMs;
    const { heartbeat } = this.#channels.audiences;
    for (const instrument of this.instruments) {
      if (heartbeat.of(instrument).size > 0)
        broadcast(heartbeat, instrument, heartbeatFrame(instrument, this.clock.shownMs));
    }
  }

  answer(request: RestRequest): RestAnswer {
    if (!this.#allowance.allows(this.clock.nowMs)) {
      return { status: 429, body: { message: 'Public rate limit exceeded' }, violation: 'rest-rate' };
    }
    return answerRest(request, this.instruments, this.clock.nowMs, this.told);
  }
}

/** Sends one frame to all listeners. @returns how many sockets took it. */
function broadcast(audience: Audience<CoinbaseSession>, instrument: Instrument, text: string): number {
  const frame = Buffer.from(text);
  let reached = 0;
  for (const session of audience.of(instrument)) if (session.send(frame)) reached++;
  return reached;
}
