import type { Instrument, MarketOrder, MarketTrade } from '../market/instrument';
import type { Connection, TurnClock } from '../server/connection';
import type { RestAnswer, RestRequest, Session, SimulatedVenue } from '../server/simulated-venue';
import { PairChannels } from './channels';
import type { StreamName } from './channels';
import { tickerFrame, tradeFrame } from './frames';
import { answerRest } from './rest';
import { KrakenSession } from './session';

/** Kraken's WebSocket v2 and REST lists. */
export function krakenVenue(instruments: readonly Instrument[], clock: TurnClock): SimulatedVenue {
  return new KrakenVenue(instruments, clock);
}

class KrakenVenue implements SimulatedVenue {
  readonly webSocketPath = '/v2';
  readonly #channels: PairChannels;

  constructor(
    readonly instruments: readonly Instrument[],
    readonly clock: TurnClock,
  ) {
    this.#channels = new PairChannels(instruments);
  }

  acceptsPath(url: URL): boolean {
    return url.pathname === '/v2';
  }

  open(connection: Connection): Session {
    return new KrakenSession(connection, this.clock, this.#channels);
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
    return answerRest(request, this.instruments);
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
