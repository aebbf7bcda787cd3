import type { ParkReason } from '@neuraltrade/contracts';
import type { Logger } from '@neuraltrade/service';

const NAMED_PER_REASON = 3;
const SUMMARY_INTERVAL_MS = 60_000;

/** Tells of records that are parked: the first few of each reason one by one, then a sum a minute. */
export class RefusalLog {
  private readonly counts = new Map<ParkReason, number>();
  private readonly told = new Map<ParkReason, number>();
  private summaryAt = 0;

  /** @param now our clock, ms UTC. */
  constructor(
    private readonly log: Logger,
    private readonly now: () => number,
  ) {}

  /** Records refused so far, by reason. */
  get totals(): ReadonlyMap<ParkReason, number> {
    return this.counts;
  }

  /** Notes a record that is parked. */
  note(reason: ParkReason, detail: string): void {
    const count = (this.counts.get(reason) ?? 0) + 1;
    this.counts.set(reason, count);
    if (count <= NAMED_PER_REASON) {
      this.told.set(reason, count);
      this.log.warn({ reason, detail }, 'A record cannot be used and is parked.');
    } else if (this.now() - this.summaryAt >= SUMMARY_INTERVAL_MS) {
      this.summaryAt = this.now();
      const since = count - (this.told.get(reason) ?? 0);
      this.told.set(reason, count);
      this.log.warn({ reason, since, count }, 'More records cannot be used and are parked.');
    }
  }
}
