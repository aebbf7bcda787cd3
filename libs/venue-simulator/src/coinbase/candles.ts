import type { Instrument } from '../market/instrument';
import { marketKlines } from '../market/klines';
import { queryNumber } from '../server/query-number';
import type { RestAnswer, RestRequest } from '../server/simulated-venue';

const MAX_CANDLES = 300;
const GRANULARITIES: ReadonlySet<number> = new Set([60, 300, 900, 3_600, 21_600, 86_400]);

/**
 * Answers `/products/<id>/candles`, newest first, low and high before open and close, as JSON numbers; an interval
 * without trades is left out. A range of more than 300 candles is refused; without a range the newest are given.
 */
export function answerCandles({ query }: RestRequest, product: Instrument, nowMs: number): RestAnswer {
  const granularity = queryNumber(query.get('granularity'), 60, Number.MAX_SAFE_INTEGER);
  if (granularity === null || !GRANULARITIES.has(granularity)) return refused('Unsupported granularity');
  const ranged = query.has('start') && query.has('end');
  const start = ranged ? secondsOf(query.get('start')) : Math.floor(nowMs / 1000) - 299 * granularity;
  const end = ranged ? secondsOf(query.get('end')) : Math.floor(nowMs / 1000);
  if (start === null || end === null) return refused('Invalid start or end');
  if (Math.floor((end - start) / granularity) + 1 > MAX_CANDLES)
    return refused(
      'granularity too small for the requested time range. Count of aggregations requested exceeds 300',
    );
  const { priceDecimals, sizeDecimals } = product.listing;
  const [price, size] = [10 ** priceDecimals, 10 ** sizeDecimals];
  const rows = marketKlines(product, granularity * 1000, start * 1000, end * 1000, MAX_CANDLES, nowMs)
    .filter(({ trades }) => trades > 0)
    .map(({ openMs, open, high, low, close, volume }) => [
      openMs / 1000,
      ...[low, high, open, close].map((units) => units / price),
      volume / size,
    ]);
  return { status: 200, body: rows.reverse() };
}

/** Seconds UTC of a whole number or an RFC 3339 text; null when it is neither. */
function secondsOf(text: string | null): number | null {
  if (text === null || /^\d{1,11}$/.test(text)) return text === null ? null : Number(text);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : Math.floor(ms / 1000);
}

function refused(message: string): RestAnswer {
  return { status: 400, body: { message } };
}
