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
import { MessageRate } from '../server/message-rate';
import { bookFrame, tradeFrames, tradeId } from './frames';
import { answerRest } from './rest';
import { BybitSession } from './session';
import { TopicDirectory } from './topics';

/** An unchanged book is sent again after this time. */
const REPEAT_AFTER_MS = 3_000;

/** REST requests in five seconds; a client that sends more is locked out for ten minutes. */
const REQUESTS = { count: 600, windowMs: 5_000 };
const LOCKOUT_MS = 600_000;

/** Bybit's public spot stream and REST lists. */
export function bybitVenue(
  instruments: readonly Instrument[],
  clock: TurnClock,
  told: TradeWitness,
): SimulatedVenue {
  return new BybitVenue(instruments, clock, told);
}

class BybitVenue implements SimulatedVenue {
  readonly webSocketPath = '/v5/public/spot';
  readonly connects = new SlidingConnectLimit(500, 300_000, 403);
  readonly bansImpatient = false;
  readonly announcesShutdown = false;
  readonly streams: SimulatedVenue['streams'];
  readonly #directory: TopicDirectory;
  readonly #requests = new MessageRate(REQUESTS.count, REQUESTS.windowMs);
  #lockedUntilMs = -Infinity;
  /** When each instrument's book was last pushed, ms UTC. */
  readonly #pushedMs: number[];

  constructor(
    readonly instruments: readonly Instrument[],
    readonly clock: TurnClock,
    readonly told: TradeWitness,
  ) {
    this.#directory = new TopicDirectory(instruments);
    this.streams = { trades: [this.#directory.trades], quotes: [this.#directory.books] };
    this.#pushedMs = instruments.map(() => clock.nowMs);
  }

  acceptsPath(url: URL): boolean {
    return url.pathname === this.webSocketPath;
  }

  open(connection: Connection): Session {
    return new BybitSession(connection, this.clock, this.#directory);
  }

  onOrder({ instrument, trades }: MarketOrder): number {
    const audience = this.#directory.trades.of(instrument);
    if (audience.size === 0) return 0;
    let reached = 0;
    for (const frame of tradeFrames(instrument, trades)) reached = broadcast(audience, frame);
    return reached;
  }

  onQuote(instrument: Instrument): void {
    this.#push(instrument, this.clock.nowMs, null);
  }

  tradeId(instrument: Instrument, trade: MarketTrade): string {
    return tradeId(instrument, trade);
  }

  turn(nowMs: number): void {
    for (const instrument of this.instruments) {
      const pushedMs = this.#pushedMs[instrument.index] ?? nowMs;
      if (nowMs - pushedMs >= REPEAT_AFTER_MS) this.#push(instrument, nowMs, this.clock.shownMs);
    }
  }

  answer(request: RestRequest): RestAnswer {
    const { nowMs, shownMs } = this.clock;
    if (nowMs >= this.#lockedUntilMs && !this.#requests.allows(nowMs)) {
      this.#lockedUntilMs = nowMs + LOCKOUT_MS;
    }
    if (nowMs < this.#lockedUntilMs)
      return { status: 403, body: { retMsg: 'access too frequent' }, violation: 'rest-rate' };
    return answerRest(request, this.instruments, shownMs, this.told);
  }

  #push(instrument: Instrument, nowMs: number, printedMs: number | null): void {
    this.#pushedMs[instrument.index] = nowMs;
    const audience = this.#directory.books.of(instrument);
    if (audience.size > 0) broadcast(audience, bookFrame(instrument, printedMs));
  }
}

/** Sends one frame to all listeners. @returns how many sockets took it. */
function broadcast(audience: ReadonlySet<BybitSession>, text: string): number {
  const frame = Buffer.from(text);
  let reached = 0;
  for (const session of audience) if (session.send(frame)) reached++;
  return reached;
}
