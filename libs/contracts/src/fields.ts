import { z } from 'zod';
import { EXCHANGE_PATTERN, MAX_DECIMAL_TEXT, TRADE_ID_PATTERN } from './patterns';
import { isSymbol } from './symbol';
import { timeframeMs } from './timeframe';

/** A venue's short lower-case name ('binance'). */
export const exchangeField = z.string().regex(EXCHANGE_PATTERN);

/** BASE/QUOTE in upper case ('BTC/USDT'). */
export const symbolField = z.string().refine(isSymbol, 'must be BASE/QUOTE in upper case');

/** A candle length that divides a day ('15m'). */
export const timeframeField = z.string().refine((text) => timeframeMs(text) !== null, 'must divide a day');

/** A finite number above zero: a price in quote currency or a size in base currency. */
export const positiveField = z.number().positive();

/** An instant in whole milliseconds since 1970 UTC. */
export const instantField = z.number().int().nonnegative();

/** A whole number of at least zero. */
export const countField = z.number().int().nonnegative();

/** A venue's own trade id as decimal digits without leading zeros, any length. */
export const tradeIdField = z.string().regex(TRADE_ID_PATTERN);

/** A probability or score between 0 and 1. */
export const unitIntervalField = z.number().min(0).max(1);

/** A venue's own text of a number that a double cannot hold. */
export const decimalTextField = z.string().min(1).max(MAX_DECIMAL_TEXT);
