import { z } from 'zod';
import {
  countField,
  exchangeField,
  instantField,
  positiveField,
  symbolField,
  timeframeField,
} from './fields';

/** Whether more trades may still come (partial), none are expected (final), or some came all the same (revised). */
export type CandleState = 'partial' | 'final' | 'revised';

/** The trades of one interval [timestamp, timestamp + timeframe). An interval without trades has no candle. */
export interface Candle {
  /** The venue's name, lower case. */
  exchange: string;
  /** BASE/QUOTE. */
  symbol: string;
  /** Length of the interval ('1m'); divides a UTC day. */
  timeframe: string;
  /** Open of the interval, ms UTC, a multiple of the timeframe. */
  timestamp: number;
  /** Price of the trade with the smallest (timestamp, tradeId), quote currency. */
  open: number;
  /** Highest price, quote currency. */
  high: number;
  /** Lowest price, quote currency. */
  low: number;
  /** Price of the trade with the largest (timestamp, tradeId), quote currency. */
  close: number;
  /** Sum of the trade sizes, base currency: the double nearest to the exact sum, whatever the order of arrival. */
  volume: number;
  /** Number of trades, >= 1. */
  trades: number;
  /** Mean price in quote currency: the double nearest to exact notional / exact volume; never outside [low, high]. */
  vwap: number;
  /** Finality of this publication. */
  state: CandleState;
  /** -1 for a partial, 0 for the final, 1 and up for each revision of it. */
  revision: number;
  /** The processor ownership that made it; a larger (epoch, revision) replaces a smaller one. */
  epoch: number;
  /** False while an open or unfillable gap, or a time before observation began, overlaps the interval. */
  complete: boolean;
}

/** The schema of {@link Candle}. */
export const candleSchema = z
  .object({
    exchange: exchangeField,
    symbol: symbolField,
    timeframe: timeframeField,
    timestamp: instantField,
    open: positiveField,
    high: positiveField,
    low: positiveField,
    close: positiveField,
    volume: positiveField,
    trades: countField.min(1),
    vwap: positiveField,
    state: z.enum(['partial', 'final', 'revised']),
    revision: z.number().int().min(-1),
    epoch: countField,
    complete: z.boolean(),
  })
  .refine(
    ({ low, high, open, close }) => low <= Math.min(open, close) && high >= Math.max(open, close),
    'open and close lie between low and high',
  )
  .refine(
    ({ state, revision }) =>
      state === 'partial' ? revision === -1 : state === 'final' ? revision === 0 : revision > 0,
    'revision is -1 for a partial, 0 for a final and above 0 for a revised candle',
  ) satisfies z.ZodType<Candle>;

/** Identity of a candle among all others: one text per (exchange, symbol, timeframe, timestamp). */
export function candleKey(candle: Pick<Candle, 'exchange' | 'symbol' | 'timeframe' | 'timestamp'>): string {
  return `${candle.exchange}:${candle.symbol}:${candle.timeframe}:${candle.timestamp}`;
}

/** Whether `next` replaces `current`: it has the larger epoch, or the same epoch and the larger revision (equal partials repeat). */
export function replaces(
  next: Pick<Candle, 'epoch' | 'revision'>,
  current: Pick<Candle, 'epoch' | 'revision'>,
): boolean {
  if (next.epoch !== current.epoch) return next.epoch > current.epoch;
  return next.revision > current.revision || (next.revision === -1 && current.revision === -1);
}
