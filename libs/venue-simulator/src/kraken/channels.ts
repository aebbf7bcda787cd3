import type { Instrument } from '../market/instrument';
import { Audience } from '../server/audience';
import type { KrakenSession } from './session';

/** The streams that carry data: trades, and the ticker by what makes it fire. */
export type StreamName = 'trade' | 'ticker:trades' | 'ticker:bbo';

/** The pairs by their v2 name, and who listens to which stream of them. */
export class PairChannels {
  /** Listeners of each stream. */
  readonly audiences: Readonly<Record<StreamName, Audience<KrakenSession>>> = {
    trade: new Audience(),
    'ticker:trades': new Audience(),
    'ticker:bbo': new Audience(),
  };
  readonly #pairs: ReadonlyMap<string, Instrument>;

  constructor(instruments: readonly Instrument[]) {
    this.#pairs = new Map(instruments.map((instrument) => [instrument.listing.symbol, instrument]));
  }

  /** The pair of that v2 name; v1 names (XBT/USD) are unknown here, as at the venue. */
  pair(symbol: string): Instrument | undefined {
    return this.#pairs.get(symbol);
  }

  /** Removes a listener from everything. */
  leaveAll(session: KrakenSession): void {
    for (const audience of Object.values(this.audiences)) audience.removeAll(session);
  }
}
