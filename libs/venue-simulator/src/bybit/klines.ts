import { trimmedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import { amountText, marketKlines } from '../market/klines';
import { queryNumber } from '../server/query-number';

const DEFAULT_LIMIT = 200;
const MAX_LIMIT = 1_000;
const TURNOVER_DECIMALS = 8;
const DAY_MINUTES = 1_440;
const MINUTES: ReadonlySet<number> = new Set([1, 3, 5, 15, 30, 60, 120, 240, 360, 720]);

/**
 * The rows of `kline`, newest first: those that open from `start` to `end` (ms, both inclusive), of more than `limit` the
 * newest. An interval without trades repeats the last close.
 * @returns the name of a parameter that cannot be understood.
 */
export function klineRows(
  query: URLSearchParams,
  instrument: Instrument,
  nowMs: number,
): string[][] | string {
  const minutes = query.get('interval') === 'D' ? DAY_MINUTES : Number(query.get('interval') ?? NaN);
  if (minutes !== DAY_MINUTES && !MINUTES.has(minutes)) return 'interval';
  const lengthMs = minutes * 60_000;
  const limit = queryNumber(query.get('limit'), DEFAULT_LIMIT, MAX_LIMIT);
  const start = queryNumber(query.get('start'), 0, Number.MAX_SAFE_INTEGER);
  const end = queryNumber(query.get('end'), Math.floor(nowMs), Number.MAX_SAFE_INTEGER);
  if (limit === null || limit === 0) return 'limit';
  if (start === null || end === null) return start === null ? 'start' : 'end';
  const lastMs = Math.floor(Math.min(end, nowMs) / lengthMs) * lengthMs;
  const fromMs = Math.max(start, lastMs - (limit - 1) * lengthMs);
  const { priceDecimals, sizeDecimals } = instrument.listing;
  return marketKlines(instrument, lengthMs, fromMs, lastMs, limit, nowMs)
    .reverse()
    .map(({ openMs, open, high, low, close, volume, notional }) => [
      String(openMs),
      ...[open, high, low, close].map((units) => trimmedDecimal(units, priceDecimals)),
      trimmedDecimal(volume, sizeDecimals),
      trimmedAmount(amountText(notional, priceDecimals + sizeDecimals, TURNOVER_DECIMALS)),
    ]);
}

function trimmedAmount(text: string): string {
  return text.replace(/\.?0+$/, '') || '0';
}
