import type { Gap } from '@neuraltrade/contracts';

interface Span {
  readonly from: number;
  to: number;
}

/** The stretches of time whose trades were fetched afterwards: the filled gaps of one market, joined where they touch. */
export class FilledTime {
  private readonly spans: readonly Span[];

  /** @param gaps of one market, in any order; those that are not filled do not count. */
  constructor(gaps: readonly Gap[]) {
    const spans: Span[] = [];
    for (const { fromTimestamp: from, toTimestamp: to } of gaps.filter(isFilled).sort(byBeginning)) {
      const last = spans[spans.length - 1];
      if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
      else spans.push({ from, to });
    }
    this.spans = spans;
  }

  /** Whether any of it lies in [from, to), ms UTC. */
  overlaps(from: number, to: number): boolean {
    // Spans do not touch: the first one that ends after `from` is the only one that can begin before `to`.
    let [low, high] = [0, this.spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.spans[middle]?.to ?? 0) <= from) low = middle + 1;
      else high = middle;
    }
    const span = this.spans[low];
    return span !== undefined && span.from < to;
  }
}

function isFilled(gap: Gap): gap is Gap & { toTimestamp: number } {
  return gap.status === 'filled' && gap.toTimestamp !== null;
}

function byBeginning(a: Gap, b: Gap): number {
  return a.fromTimestamp - b.fromTimestamp;
}
