import { formatCount, formatRate } from '../format/price-format';
import { formatLatency } from '../format/time-format';
import type { PipelineComponent, PipelineSummary } from '../protocol';

/** One figure of the pipeline. */
export interface Figure {
  /** Its name on the page. */
  readonly name: string;
  /** What it means, a sentence. */
  readonly meaning: string;
  /** Its value now; null when nobody knows it. */
  readonly of: (summary: PipelineSummary) => number | null;
  /** The value as a text. */
  readonly format: (value: number) => string;
  /** Whether a value calls for a look. */
  readonly isAlarming: (value: number) => boolean;
}

const never = (): boolean => false;
const anyAtAll = (value: number): boolean => value > 0;
const above =
  (limit: number) =>
  (value: number): boolean =>
    value > limit;

/** All figures, in the order in which they stand. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'Trades/s',
    meaning: 'Trades that reached this gateway a second, mean of the last 5 s.',
    of: ({ ticksPerSecond }) => ticksPerSecond,
    format: formatRate,
    isAlarming: never,
  },
  {
    name: 'Candles/s',
    meaning: 'Candle publications that reached this gateway a second, mean of the last 5 s.',
    of: ({ candlesPerSecond }) => candlesPerSecond,
    format: formatRate,
    isAlarming: never,
  },
  {
    name: 'Venue p50',
    meaning:
      'From the match by the venue’s clock to our receipt: half of the live trades took at most so long.',
    of: ({ exchangeToReceive }) => exchangeToReceive?.p50Ms ?? null,
    format: formatLatency,
    isAlarming: above(1_000),
  },
  {
    name: 'Venue p99',
    meaning:
      'From the match by the venue’s clock to our receipt: 99 of 100 live trades took at most so long.',
    of: ({ exchangeToReceive }) => exchangeToReceive?.p99Ms ?? null,
    format: formatLatency,
    isAlarming: above(5_000),
  },
  {
    name: 'Pipeline p50',
    meaning: 'From our receipt to this gateway: half of the live trades took at most so long.',
    of: ({ receiveToGateway }) => receiveToGateway?.p50Ms ?? null,
    format: formatLatency,
    isAlarming: above(2_000),
  },
  {
    name: 'Pipeline p99',
    meaning: 'From our receipt to this gateway: 99 of 100 live trades took at most so long.',
    of: ({ receiveToGateway }) => receiveToGateway?.p99Ms ?? null,
    format: formatLatency,
    isAlarming: above(5_000),
  },
  {
    name: 'Lag',
    meaning: 'How far the processor’s watermark is behind its newest receipt, the largest of all venues.',
    of: ({ watermarkLagMs }) => watermarkLagMs ?? null,
    format: formatLatency,
    isAlarming: above(10_000),
  },
  {
    name: 'Buffered',
    meaning: 'Records that wait in the adapters’ buffers.',
    of: ({ bufferDepth }) => bufferDepth ?? null,
    format: formatCount,
    isAlarming: above(25_000),
  },
  {
    name: 'Queued',
    meaning: 'Messages that wait in the core queues.',
    of: ({ queueDepth }) => queueDepth ?? null,
    format: formatCount,
    isAlarming: above(10_000),
  },
  {
    name: 'Reconnects',
    meaning: 'Connections to venues that were lost and made again since the adapters’ start.',
    of: ({ components }) => sumOf(components, 'reconnects'),
    format: formatCount,
    isAlarming: never,
  },
  {
    name: 'Dropped',
    meaning: 'Trades given up since the services’ start, each inside a gap.',
    of: ({ dropped }) => dropped ?? null,
    format: formatCount,
    isAlarming: anyAtAll,
  },
  {
    name: 'Open gaps',
    meaning: 'Gaps that are being closed now.',
    of: ({ openGaps }) => openGaps,
    format: formatCount,
    isAlarming: anyAtAll,
  },
  {
    name: 'Unfillable',
    meaning: 'Gaps closed with trades missing since the gateway’s start.',
    of: ({ unfillableGaps }) => unfillableGaps,
    format: formatCount,
    isAlarming: anyAtAll,
  },
  {
    name: 'Parked',
    meaning: 'Messages that were set aside and wait for a person: npm run parked.',
    of: ({ parked }) => parked ?? null,
    format: formatCount,
    isAlarming: anyAtAll,
  },
];

/** One figure of all components that tell it, added up; null when none does. */
function sumOf(components: readonly PipelineComponent[], figure: string): number | null {
  const values = components.flatMap(({ figures }) => figures[figure] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}
