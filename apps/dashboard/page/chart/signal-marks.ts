import { type MlSignal, timeframeMs } from '@neuraltrade/contracts';
import type { SeriesMarker, UTCTimestamp } from 'lightweight-charts';
import type { JudgedSignal } from '../signals/signal-book';
import { chartTime } from './bar-look';
import type { Palette } from './palette';

const OUTCOME_SIGNS = { hit: '✓', miss: '✗', unjudged: '?' } as const;

/**
 * The marks of signals on a chart with intervals of `lengthMs`, ascending: an arrow below the candle to buy, above it to sell,
 * with a sign of the outcome, a faint point to hold. A signal stands at the candle that its features end with. Of shorter candles
 * than the chart's all signals of one kind share a mark with their number, and those to hold have none.
 */
export function signalMarks(
  signals: readonly JudgedSignal[],
  lengthMs: number,
  palette: Palette,
): SeriesMarker<UTCTimestamp>[] {
  const sharing = new Map<string, JudgedSignal[]>();
  for (const judged of signals) {
    const { signalType, timeframe, timestamp } = judged.signal;
    if (signalType === 'hold' && timeframeMs(timeframe) !== lengthMs) continue;
    const key = `${signalType} ${openingOf(timestamp, lengthMs)}`;
    const others = sharing.get(key);
    if (others === undefined) sharing.set(key, [judged]);
    else others.push(judged);
  }
  return [...sharing.values()]
    .map((group) => markOf(group, lengthMs, palette))
    .sort((a, b) => a.time - b.time);
}

function markOf(
  group: readonly JudgedSignal[],
  lengthMs: number,
  palette: Palette,
): SeriesMarker<UTCTimestamp> {
  const [{ signal, outcome }] = group as [JudgedSignal];
  const { signalType, timestamp } = signal;
  const sign = outcome === null ? '' : OUTCOME_SIGNS[outcome.status];
  const words = group.length === 1 ? sign : `${group.length}×`;
  return {
    time: chartTime(openingOf(timestamp, lengthMs)),
    ...LOOKS[signalType](palette),
    text: signalType === 'hold' ? '' : words,
  };
}

const LOOKS: Readonly<
  Record<
    MlSignal['signalType'],
    (palette: Palette) => Pick<SeriesMarker<UTCTimestamp>, 'position' | 'shape' | 'color' | 'size'> & {
      position: 'aboveBar' | 'belowBar';
    }
  >
> = {
  buy: ({ up }) => ({ position: 'belowBar', shape: 'arrowUp', color: up, size: 1 }),
  sell: ({ down }) => ({ position: 'aboveBar', shape: 'arrowDown', color: down, size: 1 }),
  hold: ({ hold }) => ({ position: 'belowBar', shape: 'circle', color: hold, size: 0.4 }),
};

/** The opening of the candle that a signal's features end with: its timestamp is that candle's close. */
function openingOf(timestamp: number, lengthMs: number): number {
  const lastInstant = timestamp - 1;
  return lastInstant - (lastInstant % lengthMs);
}
