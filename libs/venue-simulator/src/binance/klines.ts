import { timeframeMs } from '@neuraltrade/contracts';
import { widenedDecimal } from '../market/decimal-text';
import type { Instrument } from '../market/instrument';
import type { MarketKline } from '../market/klines';
import { amountText, marketKlines } from '../market/klines';
import { queryNumber } from '../server/query-number';
import type { RestAnswer, RestRequest } from '../server/simulated-venue';

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 1_000;
const PRINTED_DECIMALS = 8;
const INTERVAL = /^(1s|[135]m|15m|30m|[12468]h|12h|1d)$/;

/** Answers `klines`, ascending: from `startTime`, else the newest up to `endTime`; both count by open time and are inclusive. */
export function answerKlines(
  { query }: RestRequest,
  instruments: readonly Instrument[],
  nowMs: number,
): RestAnswer {
  const instrument = instruments.find(({ listing }) => listing.native === query.get('symbol'));
  if (instrument === undefined) return refused(-1121, 'Invalid symbol.');
  const interval = query.get('interval') ?? '';
  if (!INTERVAL.test(interval)) return refused(-1120, 'Invalid interval.');
  const limit = queryNumber(query.get('limit'), DEFAULT_LIMIT, MAX_LIMIT);
  const start = queryNumber(query.get('startTime'), -1, Number.MAX_SAFE_INTEGER);
  const end = queryNumber(query.get('endTime'), Math.floor(nowMs), Number.MAX_SAFE_INTEGER);
  if (limit === null || limit === 0) return refused(-1100, "Illegal characters found in parameter 'limit'.");
  if (start === null || end === null)
    return refused(-1100, "Illegal characters found in parameter 'startTime'.");
  const lengthMs = timeframeMs(interval) ?? 0;
  const newest = Math.min(end, nowMs);
  const from = start < 0 ? (Math.floor(newest / lengthMs) - limit + 1) * lengthMs : start;
  const klines = marketKlines(instrument, lengthMs, from, newest, limit, nowMs);
  return { status: 200, body: klines.map((kline) => row(instrument, kline, lengthMs)) };
}

function row({ listing }: Instrument, kline: MarketKline, lengthMs: number): unknown[] {
  const { priceDecimals, sizeDecimals } = listing;
  const price = (units: number): string => widenedDecimal(units, priceDecimals, PRINTED_DECIMALS);
  const size = (units: number): string => widenedDecimal(units, sizeDecimals, PRINTED_DECIMALS);
  const amount = (sum: bigint): string => amountText(sum, priceDecimals + sizeDecimals, PRINTED_DECIMALS);
  const { openMs, open, high, low, close, volume, notional, trades } = kline;
  return [
    openMs,
    ...[open, high, low, close].map(price),
    size(volume),
    openMs + lengthMs - 1,
    amount(notional),
    trades,
    size(kline.boughtVolume),
    amount(kline.boughtNotional),
    '0',
  ];
}

function refused(code: number, msg: string): RestAnswer {
  return { status: 400, body: { code, msg } };
}
