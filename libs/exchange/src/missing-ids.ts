/** Consecutive ids that were not seen, with the venue times (ms UTC) of the trades around them. */
export interface MissingStretch {
  /** First missing id. */
  readonly first: bigint;
  /** Last missing id; null while the end is not known. */
  readonly last: bigint | null;
  /** Time of the trade before the first one. */
  readonly from: number;
  /** Time of the trade behind the last one; null while that is not known. */
  readonly to: number | null;
}

/** A stretch is not split further than into so many; what would split it more stays counted as missing. */
const MAX_STRETCHES = 256;

/** Which ids of a gap were not seen yet, for venues whose ids rise by exactly one. */
export class MissingIds {
  #stretches: MissingStretch[];

  /** Everything behind a trade: its id and venue time, ms UTC. */
  constructor(afterTradeId: string, fromTimestamp: number) {
    this.#stretches = [{ first: BigInt(afterTradeId) + 1n, last: null, from: fromTimestamp, to: null }];
  }

  /** Whether every id was seen. */
  get empty(): boolean {
    return this.#stretches.length === 0;
  }

  /** How many ids are missing; null while the end is not known. */
  get count(): number | null {
    let count = 0n;
    for (const { first, last } of this.#stretches) {
      if (last === null) return null;
      count += last - first + 1n;
    }
    return Number(count);
  }

  /** From the first missing id to the last one, whatever was seen between; null when none is missing. */
  get hull(): MissingStretch | null {
    const lowest = this.#stretches[0];
    const highest = this.#stretches.at(-1);
    if (lowest === undefined || highest === undefined) return null;
    return { first: lowest.first, from: lowest.from, last: highest.last, to: highest.to };
  }

  /** The lowest missing stretch at or above an id; null when there is none. */
  lowest(from: bigint): MissingStretch | null {
    for (const stretch of this.#stretches) {
      if (stretch.last !== null && stretch.last < from) continue;
      return stretch.first >= from ? stretch : { ...stretch, first: from };
    }
    return null;
  }

  /** Whether an id is missing. */
  has(tradeId: string): boolean {
    return this.#indexOf(BigInt(tradeId)) !== -1;
  }

  /** Nothing from this id on is missing; `timestamp` is its trade's venue time, ms UTC. */
  endBefore(tradeId: bigint, timestamp: number): void {
    this.#stretches = this.#stretches.flatMap((stretch) => {
      if (stretch.last !== null && stretch.last < tradeId) return [stretch];
      return stretch.first >= tradeId
        ? []
        : [{ ...stretch, last: tradeId - 1n, to: Math.max(stretch.from, timestamp) }];
    });
  }

  /** Takes note that an id was seen; `timestamp` is its trade's venue time, ms UTC. */
  seen(tradeId: string, timestamp: number): void {
    const id = BigInt(tradeId);
    const index = this.#indexOf(id);
    if (index === -1) return;
    const { first, last, from, to } = this.#stretches[index] as MissingStretch;
    const parts: MissingStretch[] = [];
    if (id > first) parts.push({ first, last: id - 1n, from, to: Math.max(from, timestamp) });
    if (last === null || id < last)
      parts.push({ first: id + 1n, last, from: timestamp, to: latest(timestamp, to) });
    if (parts.length === 2 && this.#stretches.length >= MAX_STRETCHES) return;
    this.#stretches.splice(index, 1, ...parts);
  }

  #indexOf(id: bigint): number {
    return this.#stretches.findIndex(({ first, last }) => id >= first && (last === null || id <= last));
  }
}

function latest(from: number, to: number | null): number | null {
  return to === null ? null : Math.max(from, to);
}
