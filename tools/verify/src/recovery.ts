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

/** Times to recover from one kind of fault, s. */
export interface RecoveryTimes {
  /** The median. */
  readonly median: number;
  /** The longest. */
  readonly longest: number;
}

interface Watched {
  readonly name: string;
  readonly exchange: string | null;
  readonly at: number;
  underWay: boolean;
  unwell: boolean;
  wellAt: number | null;
}

/**
 * Measures how long the pipeline is unwell after each fault: what shows while one is under way, or when it is the newest, is
 * its doing. A fault that comes while an earlier one still shows prolongs that one's time: both end together.
 */
export class Recovery {
  readonly #watched: Watched[] = [];

  /** A fault begins now. @returns to be called when it is over; one that is over at once need not be. */
  fault(name: string, exchange: string | null, at: number, underWay = false): () => void {
    const watched = { name, exchange, at, underWay, unwell: false, wellAt: null };
    this.#watched.push(watched);
    return () => (watched.underWay = false);
  }

  /** Takes a look at the pipeline. */
  note({ at, well }: Condition): void {
    const newest = this.#watched.at(-1);
    if (newest === undefined) return;
    for (const watched of this.#watched) {
      if (well) {
        if (watched.unwell) watched.wellAt ??= at;
      } else if (watched.underWay || watched === newest) {
        watched.unwell = true;
        watched.wellAt = null;
      }
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

  /** For each fault that showed the median and the longest time until all was well again, s, by the fault's name. */
  times(): Map<string, RecoveryTimes> {
    const byName = new Map<string, number[]>();
    for (const { name, tookMs } of this.lines())
      if (tookMs !== null) byName.set(name, [...(byName.get(name) ?? []), tookMs]);
    return new Map(
      [...byName].map(([name, times]) => {
        times.sort((a, b) => a - b);
        const seconds = (ms: number | undefined): number => Math.round((ms ?? 0) / 100) / 10;
        return [name, { median: seconds(times[times.length >> 1]), longest: seconds(times.at(-1)) }];
      }),
    );
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
