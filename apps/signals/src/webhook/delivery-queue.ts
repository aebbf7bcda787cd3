import type { MlSignal } from '@neuraltrade/contracts';

/** A signal that waits to be delivered. */
export interface Delivery {
  /** Its name for the receiver. */
  readonly id: string;
  /** The signal. */
  readonly signal: MlSignal;
}

/** Deliveries that wait, in order for each symbol. When there are too many, the one that has waited longest is given up. */
export class DeliveryQueue {
  readonly #waiting = new Map<string, Delivery>();
  readonly #lanes = new Map<string, Delivery[]>();
  readonly #underWay = new Set<string>();
  readonly #most: number;

  /** @param most how many may wait, >= 1; those under way are never given up. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many wait or are under way. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Every delivery that is not done, the oldest first. */
  get all(): readonly Delivery[] {
    return [...this.#waiting.values()];
  }

  /** Adds a delivery behind the others of its symbol; one that waits already stays where it is. @returns what was given up for it. */
  add(delivery: Delivery): Delivery | null {
    const { id, signal } = delivery;
    if (this.#waiting.has(id)) return null;
    const givenUp = this.#waiting.size < this.#most ? null : this.#oldestIdle();
    if (givenUp !== null) this.#remove(givenUp);
    this.#waiting.set(id, delivery);
    const lane = this.#lanes.get(signal.symbol);
    if (lane === undefined) this.#lanes.set(signal.symbol, [delivery]);
    else lane.push(delivery);
    return givenUp;
  }

  /** The delivery of a symbol whose turn it is; undefined when none waits. */
  first(symbol: string): Delivery | undefined {
    return this.#lanes.get(symbol)?.[0];
  }

  /** An attempt begins. */
  begin({ id }: Delivery): void {
    this.#underWay.add(id);
  }

  /** An attempt has ended without an answer that counts: it waits again. */
  pause({ id }: Delivery): void {
    this.#underWay.delete(id);
  }

  /** It was answered for good. */
  done(delivery: Delivery): void {
    this.#underWay.delete(delivery.id);
    this.#remove(delivery);
  }

  #oldestIdle(): Delivery | null {
    for (const delivery of this.#waiting.values()) if (!this.#underWay.has(delivery.id)) return delivery;
    return null;
  }

  #remove({ id, signal: { symbol } }: Delivery): void {
    this.#waiting.delete(id);
    const lane = (this.#lanes.get(symbol) ?? []).filter((delivery) => delivery.id !== id);
    if (lane.length > 0) this.#lanes.set(symbol, lane);
    else this.#lanes.delete(symbol);
  }
}
