import { paddedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import type { MarketKline } from '../market/klines';
import { amountText, marketKlines } from '../market/klines';
import { queryNumber } from '../server/query-number';
import type { RestAnswer, RestRequest } from '../server/simulated-venue';

/** The newest that can be had, the open one included. */
const MAX_ENTRIES = 720;
const INTERVALS: ReadonlySet<number> = new Set([1, 5, 15, 30, 60, 240, 1440]);

/**
 * Answers `OHLC`, ascending: the newest 720, of these the ones that open after `since` (seconds); the last one is open
 * and always there, `last` is the one before it. An interval without trades repeats the last close with zeros.
 * @param name the name of the pair in the answer.
 */
export function answerOhlc(
  { query }: RestRequest,
  pair: Instrument,
  name: string,
  nowMs: number,
): RestAnswer {
  const interval = queryNumber(query.get('interval'), 1, Number.MAX_SAFE_INTEGER);
  if (interval === null || !INTERVALS.has(interval)) return refused('EGeneral:Invalid arguments:interval');
  const since = queryNumber(query.get('since'), -1, Number.MAX_SAFE_INTEGER);
  if (since === null) return refused('EGeneral:Invalid arguments:since');
  const lengthMs = interval * 60_000;
  const openMs = Math.floor(nowMs / lengthMs) * lengthMs;
  const oldestMs = openMs - (MAX_ENTRIES - 1) * lengthMs;
  const rows = marketKlines(pair, lengthMs, oldestMs, openMs, MAX_ENTRIES, nowMs)
    .filter((kline) => kline.openMs === openMs || kline.openMs > since * 1000)
    .map((kline) => row(pair, kline));
  return { status: 200, body: { error: [], result: { [name]: rows, last: (openMs - lengthMs) / 1000 } } };
}

/** `[seconds, open, high, low, close, vwap, volume, count]`. */
function row({ listing }: Instrument, kline: MarketKline): unknown[] {
  const { priceDecimals, sizeDecimals } = listing;
  const { openMs, open, high, low, close, volume, notional, trades } = kline;
  const price = (units: number): string => paddedDecimal(units, priceDecimals);
  // The sizes' own digits cancel out: a sum of price x size by a sum of sizes counts in price steps.
  const vwap = trades === 0 ? price(0) : amountText(notional / BigInt(volume), priceDecimals, priceDecimals);
  const size = paddedDecimal(volume, sizeDecimals);
  return [openMs / 1000, ...[open, high, low, close].map(price), vwap, size, trades];
}

function refused(fault: string): RestAnswer {
  return { status: 200, body: { error: [fault] } };
}
