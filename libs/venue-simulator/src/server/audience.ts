import type { Instrument } from '../market/instrument';

const NOBODY: ReadonlySet<never> = new Set<never>();

/** A stream that can fall silent, by instrument. */
export interface SilenceableStream {
  /**
   * A fault: the present listeners get nothing any more, though their subscriptions stand, until one of them or another
   * client subscribes. @returns how many they are.
   */
  silence(instrument: Instrument): number;
  /** Whether it is silenced and nobody has subscribed since. */
  isSilenced(instrument: Instrument): boolean;
}

/** Who listens to one stream, by instrument. */
export class Audience<Subscriber> implements SilenceableStream {
  readonly #sets: (Set<Subscriber> | undefined)[] = [];
  readonly #silenced = new Set<Instrument>();

  /** Those who listen to this instrument. */
  of(instrument: Instrument): ReadonlySet<Subscriber> {
    return this.#sets[instrument.index] ?? NOBODY;
  }

  /** Adds a listener. */
  add(instrument: Instrument, subscriber: Subscriber): void {
    (this.#sets[instrument.index] ??= new Set()).add(subscriber);
    this.#silenced.delete(instrument);
  }

  silence(instrument: Instrument): number {
    const set = this.#sets[instrument.index];
    if (set === undefined || set.size === 0) return 0;
    const { size } = set;
    set.clear();
    this.#silenced.add(instrument);
    return size;
  }

  isSilenced(instrument: Instrument): boolean {
    return this.#silenced.has(instrument);
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
