/** How the pipeline did at an instant, as far as recovery goes. */
export interface Condition {
  /** When it was looked at, ms UTC. */
  readonly at: number;
  /** Ready, and no gap waits to be closed. */
  readonly well: boolean;
}

/** What a fault did to the pipeline. */
export interface RecoveryLine {
  /** The fault's name. */
  readonly name: string;
  /** The venue; null = all. */
  readonly exchange: string | null;
  /** Time from the fault until the pipeline was well again, ms; null when it never showed, or was never well again. */
  readonly tookMs: number | null;
}

interface Watched {
  readonly name: string;
  readonly exchange: string | null;
  readonly at: number;
  unwell: boolean;
  wellAt: number | null;
}

/**
 * Measures how long the pipeline is unwell after each fault. A fault that comes while an earlier one still shows prolongs
 * that one's time: both end together.
 */
export class Recovery {
  readonly #watched: Watched[] = [];

  /** A fault begins now. */
  fault(name: string, exchange: string | null, at: number): void {
    this.#watched.push({ name, exchange, at, unwell: false, wellAt: null });
  }

  /** Takes a look at the pipeline. */
  note({ at, well }: Condition): void {
    const newest = this.#watched.at(-1);
    if (newest === undefined) return;
    if (!well) {
      newest.unwell = true;
      newest.wellAt = null;
      return;
    }
    for (let index = this.#watched.length - 1; index >= 0; index--) {
      const watched = this.#watched[index] as Watched;
      if (watched.wellAt !== null) break;
      if (watched.unwell) watched.wellAt = at;
    }
  }

  /** What was seen of each fault, in order. */
  lines(): RecoveryLine[] {
    return this.#watched.map(({ name, exchange, at, wellAt }) => ({
      name,
      exchange,
      tookMs: wellAt === null ? null : wellAt - at,
    }));
  }

  /** Sentences: for each kind of fault how often it showed, and how long it took at most and in the median. */
  summary(): string[] {
    const byName = new Map<string, RecoveryLine[]>();
    for (const line of this.lines()) byName.set(line.name, [...(byName.get(line.name) ?? []), line]);
    return [...byName]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, lines]) => {
        const times = lines.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs])).sort((a, b) => a - b);
        const seconds = (ms: number | undefined): string => `${((ms ?? 0) / 1_000).toFixed(1)} s`;
        if (times.length === 0) return `${name}: ${lines.length}, no recovery seen or needed`;
        return `${name}: ${lines.length}, shown by ${times.length}, well again after ${seconds(times[times.length >> 1])} (median), ${seconds(times.at(-1))} (longest)`;
      });
  }
}
