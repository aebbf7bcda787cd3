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
import { bookTickerFrame, formIndex, tradeFrame } from './frames';
import type { FrameForm } from './frames';
import { RequestWeight } from './request-weight';
import { answerRest } from './rest';
import { BinanceSession } from './session';
import { StreamDirectory, bookTickerStream, tradeStream } from './streams';

/** Binance's public market streams and REST lists. */
export function binanceVenue(
  instruments: readonly Instrument[],
  clock: TurnClock,
  told: TradeWitness,
): SimulatedVenue {
  return new BinanceVenue(instruments, clock, told);
}

class BinanceVenue implements SimulatedVenue {
  readonly webSocketPath = '/stream';
  readonly connects = new SlidingConnectLimit(300, 300_000, 429);
  readonly bansImpatient = true;
  readonly announcesShutdown = true;
  readonly streams: SimulatedVenue['streams'];
  readonly #directory: StreamDirectory;
  readonly #weight = new RequestWeight();
  readonly #tradeStreams: string[];
  readonly #bookTickerStreams: string[];

  constructor(
    readonly instruments: readonly Instrument[],
    readonly clock: TurnClock,
    readonly told: TradeWitness,
  ) {
    this.#directory = new StreamDirectory(instruments);
    this.streams = { trades: [this.#directory.trades], quotes: [this.#directory.bookTickers] };
    this.#tradeStreams = instruments.map(tradeStream);
    this.#bookTickerStreams = instruments.map(bookTickerStream);
  }

  acceptsPath(url: URL): boolean {
    return url.pathname === '/stream' || url.pathname === '/ws' || url.pathname.startsWith('/ws/');
  }

  open(connection: Connection, url: URL): Session {
    const { streams, form } = requested(url);
    const session = new BinanceSession(connection, this.clock, this.#directory, form);
    if (!session.subscribe(streams)) connection.closeFor('too-many-streams', 1008, 'Too many subscriptions');
    return session;
  }

  onOrder({ instrument, trades }: MarketOrder): number {
    const audience = this.#directory.trades.of(instrument);
    const stream = this.#tradeStreams[instrument.index] ?? '';
    let reached = 0;
    for (const trade of audience.size === 0 ? [] : trades) {
      reached = broadcast(audience, (form) => tradeFrame(stream, instrument, trade, form));
    }
    return reached;
  }

  onQuote(instrument: Instrument): void {
    const audience = this.#directory.bookTickers.of(instrument);
    if (audience.size === 0) return;
    const stream = this.#bookTickerStreams[instrument.index] ?? '';
    broadcast(audience, (form) => bookTickerFrame(stream, instrument, form));
  }

  tradeId(_instrument: Instrument, trade: MarketTrade): string {
    return String(trade.id);
  }

  turn(): void {
    // Every duty of Binance is one connection's own.
  }

  answer(request: RestRequest): RestAnswer {
    const { nowMs, shownMs } = this.clock;
    const answer =
      this.#weight.refusal(request.path, nowMs) ?? answerRest(request, this.instruments, shownMs, this.told);
    const used = { 'x-mbx-used-weight-1m': String(this.#weight.used) };
    return { ...answer, headers: { ...answer.headers, ...used } };
  }
}

/** Sends one event to all, serialised once for each form that somebody wants. @returns how many sockets took it. */
function broadcast(audience: ReadonlySet<BinanceSession>, serialise: (form: FrameForm) => string): number {
  const frames: (Buffer | undefined)[] = [];
  let reached = 0;
  for (const session of audience) {
    const frame = (frames[formIndex(session.form)] ??= Buffer.from(serialise(session.form)));
    if (session.send(frame)) reached++;
  }
  return reached;
}

/** The streams and the form that an address names; options follow `?` or, on raw addresses, `&`. */
function requested(url: URL): { streams: string[]; form: FrameForm } {
  const [path = '', ...rawOptions] = decode(url.pathname).split('&');
  const options = new URLSearchParams([...rawOptions, url.search.slice(1)].join('&'));
  const combined = path === '/stream';
  const names = combined ? (options.get('streams') ?? '') : path.slice('/ws/'.length);
  return {
    streams: names.split('/').filter((name) => name !== ''),
    form: { combined, microseconds: options.get('timeUnit')?.toUpperCase() === 'MICROSECOND' },
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
