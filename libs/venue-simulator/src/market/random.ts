/** Everything that a generator needs to go on: four unsigned 32-bit integers. */
export type RandomState = [number, number, number, number];

/**
 * A small seeded generator (xoshiro128**). Its whole state can be saved, and it uses nothing but integer arithmetic and
 * Math.log/cos/exp, so that one seed gives one market on every machine.
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param state where to go on; not all four zero. */
  constructor(state: Readonly<RandomState>) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /**
   * The generator of one purpose: other purposes of the same seed draw other numbers.
   * @param seed any integer.
   * @param purpose a fixed word, such as the name of what is drawn.
   */
  static fromSeed(seed: number, purpose: string): SeededRandom {
    let word = hash32(`${seed}:${purpose}`);
    const next = (): number => {
      word = (word + 0x9e3779b9) >>> 0;
      return scramble(word);
    };
    return new SeededRandom([next(), next(), next(), next() | 1]);
  }

  /** A number in [0, 1), in steps of 2^-32. */
  uniform(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result / 4294967296;
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** A standard normal number. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A waiting time of the given mean, in the mean's unit. */
  exponential(mean: number): number {
    return -Math.log(1 - this.uniform()) * mean;
  }

  /** The state to go on from. */
  state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }
}

/** A well-mixed unsigned 32-bit hash of a text. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return scramble(hash >>> 0);
}

/** Spreads the bits of an unsigned 32-bit integer over all of it. */
export function scramble(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
