import type { SeriesMarker, UTCTimestamp } from 'lightweight-charts';
import type { JudgedSignal } from '../signals/signal-book';
import { chartTime } from './bar-look';
import type { Palette } from './palette';

const OUTCOME_SIGNS = { hit: '✓', miss: '✗', unjudged: '?' } as const;

/**
 * The marks of signals on a chart with intervals of `lengthMs`, ascending: an arrow below the candle to buy, above it to sell,
 * a point to hold, with a sign of the outcome. A signal stands at the candle that its features end with.
 */
export function signalMarks(
  signals: readonly JudgedSignal[],
  lengthMs: number,
  { up, down, text }: Palette,
): SeriesMarker<UTCTimestamp>[] {
  return signals
    .map(({ signal: { signalType, timestamp }, outcome }): SeriesMarker<UTCTimestamp> => {
      const lastInstant = timestamp - 1;
      return {
        time: chartTime(lastInstant - (lastInstant % lengthMs)),
        position: signalType === 'sell' ? 'aboveBar' : 'belowBar',
        shape: signalType === 'buy' ? 'arrowUp' : signalType === 'sell' ? 'arrowDown' : 'circle',
        color: signalType === 'buy' ? up : signalType === 'sell' ? down : text,
        size: signalType === 'hold' ? 0.4 : 1,
        text: outcome === null || signalType === 'hold' ? '' : OUTCOME_SIGNS[outcome.status],
      };
    })
    .sort((a, b) => a.time - b.time);
}
