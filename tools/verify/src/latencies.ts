import { DashboardPrices, type SkewedClock } from './dashboard-prices';
import { HistogramSum, readMetrics } from './metrics-page';
import { getText } from './http-answers';
import type { Target } from './target';

const STORED = 'neuraltrade_receive_to_stored_seconds_bucket';
const LOOK_EVERY_MS = 1_000;

/** Half and 99 of 100 of the values lie below these, ms; null without values. */
export interface Quantiles {
  /** The median. */
  readonly p50: number | null;
  /** 99 %. */
  readonly p99: number | null;
  /** How many values there were. */
  readonly count: number;
}

/** How long trades were under way while faults were carried out. */
export interface LatencyFigures {
  /**
   * From the arrival of a frame at an adapter to the store's answer to the write that holds its trade: one value each write,
   * of its oldest trade. Read off the sink's histogram, which a kill cuts off up to a second short.
   */
  readonly frameToStored: Quantiles;
  /**
   * From the match at the venue, which sends its frame at once, to the arrival at a client of the dashboard: one value each
   * change of a newest price. Times in which a venue's clock is off on purpose are left out.
   */
  readonly frameToDashboard: Quantiles;
}

/** Measures {@link LatencyFigures} of a target from outside. */
export class Latencies {
  readonly #target: Target;
  readonly #stored = new HistogramSum();
  readonly #prices: DashboardPrices;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;

  private constructor(target: Target) {
    this.#target = target;
    this.#prices = new DashboardPrices(() => target.dashboardUrl);
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  /** Begins; what was under way before is not measured. */
  static async begin(target: Target): Promise<Latencies> {
    const latencies = new Latencies(target);
    await latencies.#look();
    latencies.#stored.begin();
    return latencies;
  }

  /** Ends it. @param skewed when which venue's clock was off. */
  async end(skewed: readonly SkewedClock[]): Promise<LatencyFigures> {
    clearInterval(this.#timer);
    await this.#look();
    this.#prices.stop();
    const seen = this.#prices.latencies(skewed);
    const at = (share: number): number | null => seen[Math.floor(share * seen.length)] ?? null;
    const stored = (share: number): number | null => {
      const seconds = this.#stored.quantile(share);
      return seconds === null ? null : Math.round(seconds * 1_000);
    };
    return {
      frameToStored: { p50: stored(0.5), p99: stored(0.99), count: this.#stored.count },
      frameToDashboard: { p50: at(0.5), p99: at(0.99), count: seen.length },
    };
  }

  #look(): Promise<void> {
    return (this.#looking ??= this.#read().finally(() => {
      this.#looking = null;
    }));
  }

  async #read(): Promise<void> {
    const page = this.#target.sinkPage;
    if (page === null) return;
    try {
      const buckets = new Map<number, number>();
      for (const [series, count] of readMetrics(await getText(`${page.url}/metrics`), [STORED])) {
        const bound = /le="([^"]+)"/.exec(series)?.[1] ?? '';
        buckets.set(bound === '+Inf' ? Infinity : Number(bound), count);
      }
      this.#stored.note(page.pid, buckets);
    } catch {
      // It is away: a fault is why we are here.
    }
  }
}
