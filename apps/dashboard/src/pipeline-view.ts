import type { Gap, ProcessedTick } from '@neuraltrade/contracts';
import type { PipelineSummary } from '../page/protocol';
import { ComponentBoard } from './component-board';
import { DelayHistogram } from './delay-histogram';
import { EventRate } from './event-rate';

const MAX_GAPS = 10_000;
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
  /** What components say of themselves. */
  readonly components = new ComponentBoard();
  private readonly exchangeToReceive = new DelayHistogram();
  private readonly receiveToGateway = new DelayHistogram();
  private readonly openGaps = new Set<string>();
  private readonly unfillableGaps = new Set<string>();

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
    const { components } = this;
    const sum = (values: readonly number[]): number | null =>
      values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
    const lags = components.figures('watermarkLagMs', now);
    return {
      exchangeToReceive: this.exchangeToReceive.figures(),
      receiveToGateway: this.receiveToGateway.figures(),
      watermarkLagMs: lags.length === 0 ? null : Math.max(...lags),
      bufferDepth: sum(components.figures('bufferDepth', now)),
      queueDepth: sum(components.figures('queuedMessages', now)),
      dropped: sum(components.figures('dropped', now, true)),
      parked: sum(components.figures('parkedMessages', now)),
    };
  }

  /** Gaps known to be open, and how many were closed with trades missing. */
  gapCounts(): { open: number; unfillable: number } {
    return { open: this.openGaps.size, unfillable: this.unfillableGaps.size };
  }
}
