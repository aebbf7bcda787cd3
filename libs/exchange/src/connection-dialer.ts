import type { Venue } from '@neuraltrade/venues';
import type { Timers } from './timers';
import type { Transport } from './transport';
import type { VenueBudgets } from './venue-budgets';
import {
  VenueConnection,
  type VenueConnectionHandlers,
  type VenueConnectionSettings,
} from './venue-connection';

/** What a dialer needs. */
export interface ConnectionDialerDeps {
  /** Whose connections are dialled. */
  readonly venue: Venue;
  /** The address to dial. */
  readonly url: string;
  /** Opens connections. */
  readonly transport: Transport;
  /** Clock and timers. */
  readonly timers: Timers;
  /** What all connections of this process may use together. */
  readonly budgets: VenueBudgets;
  /** Deadlines of each connection. */
  readonly settings: VenueConnectionSettings;
}

/** Dials the connections of one venue, never more often than the venue allows. */
export class ConnectionDialer {
  readonly #deps: ConnectionDialerDeps;

  /** @param deps what every connection is made of. */
  constructor(deps: ConnectionDialerDeps) {
    this.#deps = deps;
  }

  /**
   * Runs a task that will dial as soon as the venue allows a connection, at once if it does now; the returned function
   * cancels it, harmless when it has run.
   */
  whenAllowed(dial: () => void): () => void {
    const { venue, timers, budgets } = this.#deps;
    const connects = budgets.connects(venue);
    const waitMs = connects.waitMs(timers.now());
    if (waitMs === 0) {
      connects.take(timers.now());
      dial();
      return () => undefined;
    }
    let cancel = timers.schedule(waitMs, () => (cancel = this.whenAllowed(dial)));
    return () => cancel();
  }

  /** Dials; to be called from {@link whenAllowed} only. */
  dial(symbols: readonly string[], handlers: VenueConnectionHandlers): VenueConnection {
    const { venue, url, transport, timers, budgets, settings } = this.#deps;
    const messages = budgets.messages(venue);
    return new VenueConnection({ venue, symbols, messages, url, transport, timers, settings, handlers });
  }
}
