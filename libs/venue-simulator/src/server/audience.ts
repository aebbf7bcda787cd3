import type { Instrument } from '../market/instrument';

const NOBODY: ReadonlySet<never> = new Set<never>();

/** Who listens to one stream, by instrument. */
export class Audience<Subscriber> {
  readonly #sets: (Set<Subscriber> | undefined)[] = [];

  /** Those who listen to this instrument. */
  of(instrument: Instrument): ReadonlySet<Subscriber> {
    return this.#sets[instrument.index] ?? NOBODY;
  }

  /** Adds a listener. */
  add(instrument: Instrument, subscriber: Subscriber): void {
    (this.#sets[instrument.index] ??= new Set()).add(subscriber);
  }

  /** Removes a listener; nothing when it is none. */
  remove(instrument: Instrument, subscriber: Subscriber): void {
    this.#sets[instrument.index]?.delete(subscriber);
  }

  /** Removes a listener from every instrument. */
  removeAll(subscriber: Subscriber): void {
    for (const set of this.#sets) set?.delete(subscriber);
  }
}
