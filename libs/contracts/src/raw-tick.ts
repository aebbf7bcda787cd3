import { z } from 'zod';
import {
  decimalTextField,
  exchangeField,
  instantField,
  positiveField,
  symbolField,
  tradeIdField,
} from './fields';

/** Who removed liquidity: the taker bought, the taker sold, or the venue does not say. */
export type TakerSide = 'buy' | 'sell' | 'unknown';

/** One trade, with the best quote known when its frame arrived. Published by adapters on market.raw. */
export interface RawTick {
  /** The venue's name, lower case ('binance'). */
  exchange: string;
  /** BASE/QUOTE as it was asked for ('BTC/USDT'); USD and USDT are different currencies. */
  symbol: string;
  /** Best bid in quote currency, > 0; equal to `last` when `quoted` is false. */
  bid: number;
  /** Best ask in quote currency, >= bid; equal to `last` when `quoted` is false. */
  ask: number;
  /** Trade price in quote currency, > 0: the double nearest to the venue's decimal. */
  last: number;
  /** Trade size in base currency, > 0: the double nearest to the venue's decimal. */
  volume: number;
  /** Match time by the venue's clock, ms UTC, cut (never rounded) to whole milliseconds. */
  timestamp: number;
  /** The venue's own id as decimal digits, unique per (exchange, symbol), may exceed 2^53. */
  tradeId: string;
  /** The taker's side. */
  takerSide: TakerSide;
  /** Arrival of the frame by our clock, ms UTC; for a backfilled trade the arrival of the REST answer. */
  receivedAt: number;
  /** Whether bid and ask are a quote of the venue; false when none was usable. */
  quoted: boolean;
  /** Arrival of the frame that carried bid and ask, by our clock, ms UTC; null exactly when `quoted` is false. */
  quotedAt: number | null;
  /** Whether the trade came from the venue's history rather than its live feed. */
  backfilled: boolean;
  /** Present and true when a double cannot hold the venue's price or size exactly. */
  inexact?: true | undefined;
  /** The venue's own text of the price; present when `last` is not exact. */
  priceText?: string | undefined;
  /** The venue's own text of the size; present when `volume` is not exact. */
  volumeText?: string | undefined;
}

/** The schema of {@link RawTick}, for control and test edges; the tick path uses {@link rawTickFault}. */
export const rawTickSchema = z
  .object({
    exchange: exchangeField,
    symbol: symbolField,
    bid: positiveField,
    ask: positiveField,
    last: positiveField,
    volume: positiveField,
    timestamp: instantField,
    tradeId: tradeIdField,
    takerSide: z.enum(['buy', 'sell', 'unknown']),
    receivedAt: instantField,
    quoted: z.boolean(),
    quotedAt: instantField.nullable(),
    backfilled: z.boolean(),
    inexact: z.literal(true).optional(),
    priceText: decimalTextField.optional(),
    volumeText: decimalTextField.optional(),
  })
  .refine((tick) => tick.bid <= tick.ask, 'bid must not exceed ask')
  .refine((tick) => tick.quoted === (tick.quotedAt !== null), 'quotedAt is set exactly when quoted')
  .refine(
    (tick) => tick.quoted || (tick.bid === tick.last && tick.ask === tick.last),
    'without a quote, bid and ask equal last',
  ) satisfies z.ZodType<RawTick>;
