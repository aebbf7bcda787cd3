import type { ClosedCandle, ModelClass } from '@neuraltrade/strategies';

/** What a label looks ahead to. */
export interface LabelRule {
  /** Candles of the horizon. */
  readonly horizonCandles: number;
  /** The move from which on a label is buy or sell, bps. */
  readonly bandBps: number;
}

/**
 * What the market did behind a candle: from the open of the next candle, which is the first price that could be had, to the close of
 * the last one of the horizon. Null when a candle in between is missing: nothing is guessed.
 * @param ahead the candles behind it, ascending.
 */
export function labelOf(
  { timestamp }: ClosedCandle,
  ahead: readonly ClosedCandle[],
  lengthMs: number,
  { horizonCandles, bandBps }: LabelRule,
): ModelClass | null {
  const horizon = ahead.slice(0, horizonCandles);
  const whole = horizon.every((candle, at) => candle.timestamp === timestamp + (at + 1) * lengthMs);
  if (horizon.length < horizonCandles || !whole) return null;
  const entry = (horizon[0] as ClosedCandle).open;
  const exit = (horizon.at(-1) as ClosedCandle).close;
  const moveBps = (exit / entry - 1) * 10_000;
  return moveBps > bandBps ? 'buy' : moveBps < -bandBps ? 'sell' : 'hold';
}
