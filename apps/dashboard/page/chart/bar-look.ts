import type { Candle } from '@neuraltrade/contracts';
import type { CandlestickData, HistogramData, UTCTimestamp } from 'lightweight-charts';
import type { Palette } from './palette';

/** The instant as charts count it, seconds UTC. */
export function chartTime(timestampMs: number): UTCTimestamp {
  return (timestampMs / 1_000) as UTCTimestamp;
}

/** How a candle is drawn: hollow while partial, with an edge of its own when incomplete. */
export function barOf(candle: Candle, palette: Palette): CandlestickData<UTCTimestamp> {
  const { open, high, low, close, state, complete, timestamp } = candle;
  const { up, down, upHollow, downHollow, incomplete } = palette;
  const isUp = close >= open;
  const edge = complete ? (isUp ? up : down) : incomplete;
  const color = state === 'partial' ? (isUp ? upHollow : downHollow) : isUp ? up : down;
  return { time: chartTime(timestamp), open, high, low, close, color, borderColor: edge, wickColor: edge };
}

/** How a candle's volume is drawn. */
export function volumeOf(
  { open, close, volume, timestamp }: Candle,
  palette: Palette,
): HistogramData<UTCTimestamp> {
  const color = close >= open ? palette.upVolume : palette.downVolume;
  return { time: chartTime(timestamp), value: volume, color };
}
