import type { ComponentStatus, Gap, ProcessedTick } from '@neuraltrade/contracts';
import type { PipelineComponent, PipelineSummary } from '../page/protocol';
import { DelayHistogram } from './delay-histogram';
import { EventRate } from './event-rate';

const MAX_COMPONENTS = 256;
const MAX_GAPS = 10_000;
/** What a component that has been silent for so long said of a moment says nothing of the present, ms. */
const WORD_HOLDS_MS = 15_000;

/** The figures of the summary that are added up from what components say. */
type SummedFigures = Pick<
  PipelineSummary,
  | 'exchangeToReceive'
  | 'receiveToGateway'
  | 'watermarkLagMs'
  | 'bufferDepth'
  | 'queueDepth'
  | 'dropped'
  | 'parked'
>;

/** What the bus tells about the pipeline itself: component status, gaps, rates, delays. Bounded. */
export class PipelineView {
  /** Trades that arrived. */
  readonly ticks = new EventRate();
  /** Candle publications that arrived. */
  readonly candles = new EventRate();
  private readonly exchangeToReceive = new DelayHistogram();
  private readonly receiveToGateway = new DelayHistogram();
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

  /** Takes how long a live trade took to our receipt and to this gateway, where it is `now`, ms UTC. */
  acceptDelays({ timestamp, receivedAt }: ProcessedTick, now: number): void {
    this.exchangeToReceive.add(receivedAt - timestamp);
    this.receiveToGateway.add(now - receivedAt);
  }

  /** Ends a second of the rates and delays. */
  endSecond(): void {
    this.ticks.endSecond();
    this.candles.endSecond();
    this.exchangeToReceive.endSecond();
    this.receiveToGateway.endSecond();
  }

  /** Delays, and what the components' figures come to; `now` is our clock, ms. */
  figures(now: number): SummedFigures {
    const said = (name: string, holdsMs: number): number[] =>
      [...this.components.values()].flatMap(({ status, arrivedAt }) =>
        now - arrivedAt > holdsMs ? [] : (status.figures[name] ?? []),
      );
    const sum = (values: readonly number[]): number | null =>
      values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
    const lags = said('watermarkLagMs', WORD_HOLDS_MS);
    return {
      exchangeToReceive: this.exchangeToReceive.figures(),
      receiveToGateway: this.receiveToGateway.figures(),
      watermarkLagMs: lags.length === 0 ? null : Math.max(...lags),
      bufferDepth: sum(said('bufferDepth', WORD_HOLDS_MS)),
      queueDepth: sum(said('queuedMessages', WORD_HOLDS_MS)),
      dropped: sum(said('dropped', Infinity)),
      parked: sum(said('parkedMessages', WORD_HOLDS_MS)),
    };
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
