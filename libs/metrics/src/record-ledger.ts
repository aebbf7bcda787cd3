import type { Counter, Gauge } from 'prom-client';
import type { ObservedRegistry } from './observed-registry';

/** What the accounts of all stages are kept in. */
export interface LedgerCounts {
  /** Records taken in. */
  readonly received: Counter<'stage'>;
  /** Records that the next stage has confirmed. */
  readonly confirmed: Counter<'stage'>;
  /** Records that were not handed on. */
  readonly rejected: Counter<'stage' | 'reason'>;
  /** Records held now. */
  readonly inFlight: Gauge<'stage'>;
}

/**
 * What becomes of the records of one stage. What it holds is measured where it is held and not reckoned from the other three,
 * so that received = confirmed + rejected + in flight says something: a record that vanishes breaks it.
 */
export class RecordLedger {
  readonly #counts: LedgerCounts;
  readonly #stage: string;
  readonly #held = new Set<() => number>();

  /** @param stage its name in the label `stage`. */
  constructor(stage: string, counts: LedgerCounts, registry: ObservedRegistry) {
    this.#counts = counts;
    this.#stage = stage;
    counts.received.inc({ stage }, 0);
    counts.confirmed.inc({ stage }, 0);
    registry.onScrape(() => {
      let held = 0;
      for (const count of this.#held) held += count();
      counts.inFlight.set({ stage }, held);
    });
  }

  /** Adds a place where records are held; asked at each scrape. @returns takes it out again, when it is empty. */
  holds(count: () => number): () => void {
    this.#held.add(count);
    return () => void this.#held.delete(count);
  }

  /** Records were taken in. */
  received(records: number): void {
    this.#counts.received.inc({ stage: this.#stage }, records);
  }

  /** Records are with the next stage for certain. */
  confirmed(records: number): void {
    this.#counts.confirmed.inc({ stage: this.#stage }, records);
  }

  /** Records were not handed on. @param reason a short code of a closed set. */
  rejected(reason: string, records: number): void {
    if (records > 0) this.#counts.rejected.inc({ stage: this.#stage, reason }, records);
  }
}
