import { z } from 'zod';
import { countField, exchangeField, instantField, symbolField, tradeIdField } from './fields';

/** Why trades may be missing: what was noticed, not who is to blame. */
export type GapCause = 'disconnect' | 'sequence' | 'heartbeat' | 'dropped' | 'backpressure' | 'restart';

/** A stretch of one symbol's trades that was not observed live. Travels in band on market.raw, copied to market.events. */
export interface Gap {
  /**
   * exchange:symbol:afterTradeId, or exchange:symbol:fromTimestamp where there is no id, and `@instance` behind it where several
   * adapters of the venue run; the same through all statuses.
   */
  gapId: string;
  /** The venue's name, lower case. */
  exchange: string;
  /** BASE/QUOTE. */
  symbol: string;
  /** Id of the last trade seen before, exclusive; null when there was none. */
  afterTradeId: string | null;
  /** Id of the first trade seen after, exclusive; null while unknown or where the venue's ids are not consecutive. */
  beforeTradeId: string | null;
  /** Venue time (ms UTC) of the last trade seen before, or the instant from which trades are missing. */
  fromTimestamp: number;
  /** Venue time (ms UTC) of the first trade seen after; null while open. */
  toTimestamp: number | null;
  /** Number of missing trades; null where ids do not tell. */
  missing: number | null;
  /** What was noticed. */
  cause: GapCause;
  /** Still being closed, closed with every trade delivered, or closed for good with trades missing. */
  status: 'open' | 'filled' | 'unfillable';
}

/** The schema of {@link Gap}. */
export const gapSchema = z
  .object({
    gapId: z.string().min(1).max(128),
    exchange: exchangeField,
    symbol: symbolField,
    afterTradeId: tradeIdField.nullable(),
    beforeTradeId: tradeIdField.nullable(),
    fromTimestamp: instantField,
    toTimestamp: instantField.nullable(),
    missing: countField.nullable(),
    cause: z.enum(['disconnect', 'sequence', 'heartbeat', 'dropped', 'backpressure', 'restart']),
    status: z.enum(['open', 'filled', 'unfillable']),
  })
  .refine(
    ({ fromTimestamp, toTimestamp }) => toTimestamp === null || toTimestamp >= fromTimestamp,
    'toTimestamp is not before fromTimestamp',
  ) satisfies z.ZodType<Gap>;

/** The id of a gap: made of the last trade seen, or of the instant where no trade was. */
export function gapIdOf(gap: Pick<Gap, 'exchange' | 'symbol' | 'afterTradeId' | 'fromTimestamp'>): string {
  return `${gap.exchange}:${gap.symbol}:${gap.afterTradeId ?? gap.fromTimestamp}`;
}
