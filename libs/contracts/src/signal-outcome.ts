import { z } from 'zod';
import { exchangeField, instantField, positiveField, symbolField, timeframeField } from './fields';

/**
 * What became of a signal at its horizon. Published by the signals service on market.signals, once a signal; a repeat is equal.
 * A basis point (bps) is a hundredth of a percent.
 */
export interface SignalOutcome {
  /** The venue's name, lower case. */
  exchange: string;
  /** BASE/QUOTE. */
  symbol: string;
  /** Length of the candles that signal and outcome were made of. */
  timeframe: string;
  /** Name and version of the model that gave the signal, 1 to 64 characters. */
  modelVersion: string;
  /** What the signal said. */
  signalType: 'buy' | 'hold' | 'sell';
  /** The signal's own timestamp: close of the candle that its features end with, ms UTC. */
  timestamp: number;
  /** The instant that it was judged at: close of the last candle of its horizon, ms UTC; after `timestamp`. */
  horizonTimestamp: number;
  /**
   * 'hit': the price went the signal's way (of 'hold': it stayed within the band); 'miss': it did not; 'unjudged': candles of the
   * horizon are missing or incomplete, so that nothing can be said.
   */
  status: 'hit' | 'miss' | 'unjudged';
  /** Open of the first candle after the signal, quote currency; null when unjudged. */
  entryPrice: number | null;
  /** Close of the last candle of the horizon, quote currency; null when unjudged. */
  exitPrice: number | null;
  /** Move from entry to exit in bps, positive when it went the signal's way; of 'hold' the plain move. null when unjudged. */
  returnBps: number | null;
  /** Largest move against the signal on the way, bps of the entry, >= 0; of 'hold' the largest either way. null when unjudged. */
  maxAdverseBps: number | null;
  /** Largest move the signal's way, bps of the entry, >= 0; of 'hold' always 0. null when unjudged. */
  maxFavourableBps: number | null;
}

const excursionField = z.number().nonnegative().nullable();

/** The schema of {@link SignalOutcome}. */
export const signalOutcomeSchema = z
  .object({
    exchange: exchangeField,
    symbol: symbolField,
    timeframe: timeframeField,
    modelVersion: z.string().min(1).max(64),
    signalType: z.enum(['buy', 'hold', 'sell']),
    timestamp: instantField,
    horizonTimestamp: instantField,
    status: z.enum(['hit', 'miss', 'unjudged']),
    entryPrice: positiveField.nullable(),
    exitPrice: positiveField.nullable(),
    returnBps: z.number().nullable(),
    maxAdverseBps: excursionField,
    maxFavourableBps: excursionField,
  })
  .refine(
    ({ timestamp, horizonTimestamp }) => horizonTimestamp > timestamp,
    'horizonTimestamp is after timestamp',
  )
  .refine(
    ({ status, entryPrice, exitPrice, returnBps, maxAdverseBps, maxFavourableBps }) =>
      [entryPrice, exitPrice, returnBps, maxAdverseBps, maxFavourableBps].every(
        (figure) => (figure === null) === (status === 'unjudged'),
      ),
    'figures are null exactly when unjudged',
  ) satisfies z.ZodType<SignalOutcome>;
