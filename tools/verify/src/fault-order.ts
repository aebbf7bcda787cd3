/**
 * The order in which faults take turns: each once before any comes again, in a new order each round. Equal seeds give
 * equal orders.
 */
export class FaultOrder {
  readonly #names: readonly string[];
  #state: number;
  #round: string[] = [];

  /** @param names at least one. */
  constructor(names: readonly string[], seed: number) {
    this.#names = names;
    this.#state = seed >>> 0;
  }

  /** The next fault. */
  next(): string {
    if (this.#round.length === 0) {
      this.#round = [...this.#names];
      for (let last = this.#round.length - 1; last > 0; last--) {
        const other = this.#draw(last + 1);
        [this.#round[last], this.#round[other]] = [this.#round[other] as string, this.#round[last] as string];
      }
    }
    return this.#round.pop() as string;
  }

  /** A whole number from 0 to below `bound` (mulberry32). */
  #draw(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }
}
