import type { ComponentStatus } from '@neuraltrade/contracts';
import type { QueueDepths } from '@neuraltrade/messaging';
import type { Metrics } from '@neuraltrade/metrics';
import type { ProcessingCounters, VenueCounters } from '@neuraltrade/processing';
import type { Partition } from './partition';

/** The processor's own component name. */
export const COMPONENT = 'processor';

/** Adds what the partitions counted to the process' metrics, and sums it up for people. */
export class ProcessorFigures {
  // Each ownership counts from zero: what was already added is remembered per counters object, not per partition.
  private readonly added = new WeakMap<VenueCounters, VenueCounters>();
  private readonly totals = { trades: 0, repeats: 0, late: 0, refused: 0 };

  /** @param queues tells how many messages wait for the owned partitions. */
  constructor(
    private readonly metrics: Metrics,
    private readonly partitions: readonly Partition[],
    private readonly queues: Pick<QueueDepths, 'waiting'>,
  ) {}

  /** Brings the metrics up to date and describes the processor at this instant (ms UTC). */
  status(now: number): ComponentStatus {
    let owned = 0;
    let watermarkLagMs = 0;
    for (const { processing } of this.partitions) {
      if (processing === null) continue;
      owned += 1;
      this.addCounters(processing.counters);
      for (const [symbol, watermark] of processing.watermarks()) {
        const exchange = symbol.slice(0, symbol.indexOf(':'));
        const lagMs = Math.max(0, now - watermark);
        this.metrics.watermarkLag.set({ exchange }, lagMs / 1_000);
        if (lagMs > watermarkLagMs) watermarkLagMs = lagMs;
      }
    }
    const { waiting: queuedMessages } = this.queues;
    const problem = this.partitions.map((partition) => partition.problem).find((text) => text !== '') ?? '';
    return {
      component: COMPONENT,
      state: problem === '' ? 'up' : 'degraded',
      detail: problem,
      figures: {
        partitionsOwned: owned,
        watermarkLagMs,
        ...(queuedMessages !== null && { queuedMessages }),
        ...this.totals,
      },
      timestamp: now,
    };
  }

  private addCounters(counters: ProcessingCounters): void {
    for (const [exchange, current] of counters) {
      const before = this.added.get(current);
      const { late, repeated } = current;
      const { ticksRepeated, lateTicks } = this.metrics;
      const same = repeated.same - (before?.repeated.same ?? 0);
      const conflict = repeated.conflict - (before?.repeated.conflict ?? 0);
      const revised = late.revised - (before?.late.revised ?? 0);
      const unmerged = late.unmerged - (before?.late.unmerged ?? 0);
      ticksRepeated.inc({ exchange, outcome: 'same' }, same);
      ticksRepeated.inc({ exchange, outcome: 'conflict' }, conflict);
      lateTicks.inc({ exchange, outcome: 'revised' }, revised);
      lateTicks.inc({ exchange, outcome: 'unmerged' }, unmerged);
      this.totals.trades += current.trades - (before?.trades ?? 0);
      this.totals.repeats += same + conflict;
      this.totals.late += revised + unmerged;
      this.totals.refused += sum(current.refused) - sum(before?.refused ?? {});
      this.added.set(current, structuredClone(current));
    }
  }
}

function sum(counts: Readonly<Record<string, number | undefined>>): number {
  return Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0);
}
