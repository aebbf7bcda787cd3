import type { DelayFigures } from '../page/protocol';

/** Buckets an eighth of a doubling wide: from 1 ms to a minute with an error of at most a tenth. */
const PER_DOUBLING = 8;
const BUCKETS = 128;
const WINDOW_S = 10;

/** How long something took, over the last ten full seconds and the running one; counting costs no memory. */
export class DelayHistogram {
  private readonly seconds = Array.from({ length: WINDOW_S + 1 }, () => new Uint32Array(BUCKETS));
  private second = 0;

  /** Counts one delay, ms; less than nothing (two clocks) counts as nothing. */
  add(delayMs: number): void {
    const bucket = delayMs > 0 ? Math.min(BUCKETS - 1, Math.floor(PER_DOUBLING * Math.log2(1 + delayMs))) : 0;
    const counts = this.seconds[this.second] as Uint32Array;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }

  /** Ends the running second. */
  endSecond(): void {
    this.second = (this.second + 1) % this.seconds.length;
    this.seconds[this.second]?.fill(0);
  }

  /** The figures; null when nothing was counted. */
  figures(): DelayFigures | null {
    const sums = new Uint32Array(BUCKETS);
    let total = 0;
    for (const counts of this.seconds)
      for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
        const count = counts[bucket] ?? 0;
        sums[bucket] = (sums[bucket] ?? 0) + count;
        total += count;
      }
    if (total === 0) return null;
    return { p50Ms: percentile(sums, total * 0.5), p99Ms: percentile(sums, total * 0.99) };
  }
}

/** The upper end of the bucket that holds the delay of this rank, ms. */
function percentile(sums: Uint32Array, rank: number): number {
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    seen += sums[bucket] ?? 0;
    if (seen >= rank) return Math.round((2 ** ((bucket + 1) / PER_DOUBLING) - 1) * 10) / 10;
  }
  return Infinity;
}
