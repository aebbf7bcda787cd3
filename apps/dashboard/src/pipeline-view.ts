import type { ComponentStatus, Gap } from '@neuraltrade/contracts';
import type { PipelineComponent } from '../page/protocol';
import { EventRate } from './event-rate';

const MAX_COMPONENTS = 256;
const MAX_GAPS = 10_000;

/** What the bus tells about the pipeline itself: component status, gaps, rates. Bounded. */
export class PipelineView {
  /** Trades that arrived. */
  readonly ticks = new EventRate();
  /** Candle publications that arrived. */
  readonly candles = new EventRate();
  private readonly components = new Map<string, { status: ComponentStatus; arrivedAt: number }>();
  private readonly openGaps = new Set<string>();
  private readonly unfillableGaps = new Set<string>();

  /** Takes a component's word; `now` is our clock, ms. A new component beyond the bound is ignored. */
  acceptStatus(status: ComponentStatus, now: number): void {
    if (!this.components.has(status.component) && this.components.size >= MAX_COMPONENTS) return;
    this.components.set(status.component, { status, arrivedAt: now });
  }

  /** Takes a gap's newest status; gaps are told by id, so that a repeat counts once. */
  acceptGap({ gapId, status }: Gap): void {
    if (status === 'open') {
      if (this.openGaps.size < MAX_GAPS) this.openGaps.add(gapId);
      return;
    }
    this.openGaps.delete(gapId);
    if (status === 'unfillable' && this.unfillableGaps.size < MAX_GAPS) this.unfillableGaps.add(gapId);
  }

  /** Ends a second of the rates. */
  endSecond(): void {
    this.ticks.endSecond();
    this.candles.endSecond();
  }

  /** Gaps known to be open, and how many were closed with trades missing. */
  gapCounts(): { open: number; unfillable: number } {
    return { open: this.openGaps.size, unfillable: this.unfillableGaps.size };
  }

  /** Every component that has spoken, by name; ages by our clock `now`, ms. */
  componentList(now: number): PipelineComponent[] {
    return [...this.components.values()]
      .map(({ status, arrivedAt }) => ({
        component: status.component,
        state: status.state,
        detail: status.detail,
        figures: status.figures,
        timestamp: status.timestamp,
        ageMs: Math.max(0, now - arrivedAt),
      }))
      .sort((a, b) => (a.component < b.component ? -1 : 1));
  }
}
