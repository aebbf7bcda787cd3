/** Values of a Prometheus page by series (name and labels as written). Series of no interest are left out. */
export function readMetrics(page: string, prefixes: readonly string[]): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of page.split('\n')) {
    if (!prefixes.some((prefix) => line.startsWith(prefix))) continue;
    const end = line.lastIndexOf(' ');
    values.set(line.slice(0, end), Number(line.slice(end + 1)));
  }
  return values;
}

/** A histogram's counts by upper bound, each with those below it, as Prometheus pages tell them; of many processes in turn. */
export class HistogramSum {
  readonly #byProcess = new Map<number, ReadonlyMap<number, number>>();
  #before: ReadonlyMap<number, number> = new Map();

  /** Takes what a process tells now: it counts from zero since its start. */
  note(pid: number, buckets: ReadonlyMap<number, number>): void {
    this.#byProcess.set(pid, buckets);
  }

  /** From now on only what comes later counts. */
  begin(): void {
    this.#before = this.#all();
  }

  /** How many values were observed since the beginning. */
  get count(): number {
    return this.#since().get(Infinity) ?? 0;
  }

  /**
   * The value below which this share (0 to 1) of them lies, read off between two bounds in proportion; null without values.
   * One beyond the last bound is told as that bound.
   */
  quantile(share: number): number | null {
    const wanted = share * this.count;
    if (wanted === 0) return null;
    let [lower, below] = [0, 0];
    for (const [bound, count] of [...this.#since()].sort(([a], [b]) => a - b)) {
      if (count >= wanted && count > below)
        return bound === Infinity ? lower : lower + ((bound - lower) * (wanted - below)) / (count - below);
      [lower, below] = [bound, count];
    }
    return lower;
  }

  #all(): Map<number, number> {
    const all = new Map<number, number>();
    for (const buckets of this.#byProcess.values())
      for (const [bound, count] of buckets) all.set(bound, (all.get(bound) ?? 0) + count);
    return all;
  }

  #since(): Map<number, number> {
    return new Map([...this.#all()].map(([bound, count]) => [bound, count - (this.#before.get(bound) ?? 0)]));
  }
}
