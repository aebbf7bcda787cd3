import type { RawTick } from '@neuraltrade/contracts';

/** Slots of the table; more than two full prefetches of batches that may be delivered again (256 x 100). */
const SLOTS = 32_768;

/**
 * Remembers what the newest trades of a partition said, so that a later copy of the same id with other content is
 * noticed. One table of 32-bit entries for all symbols: the id's low bits choose the slot, 16 bits of the rest say
 * which trade it holds, 16 bits are a digest of price, size, time and taker's side. A newer trade takes over the slot:
 * about the newest 32,768 trades are remembered. A copy of one that is not counts as the same; a true conflict goes
 * unnoticed once in 65,536 times. Only a counter depends on it.
 */
export class TradeDigests {
  private readonly entries = new Uint32Array(SLOTS);
  private used = false;

  /**
   * Remembers a trade.
   * @param seed a number below 2^32 that tells its (exchange, symbol) apart.
   * @param low the last digits of its id as a number.
   */
  remember(seed: number, low: number, tick: RawTick): void {
    const place = low + seed;
    this.entries[place % SLOTS] = tag(place, seed) | digest(tick);
    this.used = true;
  }

  /** Whether a trade with this id is remembered and said something else. */
  contradicts(seed: number, low: number, tick: RawTick): boolean {
    const place = low + seed;
    const entry = this.entries[place % SLOTS] as number;
    return entry >>> 16 === tag(place, seed) >>> 16 && (entry & 0xffff) !== digest(tick);
  }

  /** The table as base64; null while it is empty. */
  export(): string | null {
    if (!this.used) return null;
    return Buffer.from(this.entries.buffer).toString('base64');
  }

  /** The table that {@link export} wrote. */
  static restore(text: string | null): TradeDigests {
    const digests = new TradeDigests();
    if (text === null) return digests;
    const bytes = Buffer.from(text, 'base64');
    new Uint8Array(digests.entries.buffer).set(bytes.subarray(0, SLOTS * 4));
    digests.used = true;
    return digests;
  }
}

const MULTIPLIER = 0x9e3779b1;

/** Which trade a slot holds, in the upper 16 bits. */
function tag(place: number, seed: number): number {
  return Math.imul(Math.floor(place / SLOTS) ^ seed, MULTIPLIER) & 0xffff0000;
}

const doubles = new Float64Array(3);
const words = new Uint32Array(doubles.buffer);

/** 16 bits of what the trade says; 0 is left to empty slots. */
function digest({ last, volume, timestamp, takerSide }: RawTick): number {
  doubles[0] = last;
  doubles[1] = volume;
  doubles[2] = timestamp;
  let hash = takerSide === 'buy' ? 1 : takerSide === 'sell' ? 2 : 3;
  for (let index = 0; index < 6; index++) {
    hash = Math.imul(hash ^ (words[index] as number), MULTIPLIER);
    hash ^= hash >>> 15;
  }
  return (hash ^ (hash >>> 16)) & 0xffff || 1;
}
