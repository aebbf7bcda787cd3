import { compareTradeIds, openTime, type RawTick } from '@neuraltrade/contracts';
import tickCounts from '../../../../queries/tick_counts.flux';
import tickSpan from '../../../../queries/tick_span.flux';
import ticksBetween from '../../../../queries/ticks_between.flux';
import type { TickHistory, TickRange, TickSymbol } from '../tick-history';
import type { TimeSpan } from '../time-spans';
import { fluxQuery, instant } from './flux-query';
import { LAST_INSTANT } from './line-protocol';
import { symbolOfTag, symbolTag } from './points';
import type { RunQuery } from './queries';

/** Which stored trades are wanted. */
export interface TicksQuery {
  /** The venue's name. */
  readonly exchange: string;
  /** BASE/QUOTE. */
  readonly symbol: string;
  /** The first instant, ms UTC, inclusive. */
  readonly from: number;
  /** The end, ms UTC, exclusive. */
  readonly until: number;
}

/** Reads the trades of one symbol within a stretch of time. */
export async function readTicks(
  run: RunQuery,
  bucket: string,
  { exchange, symbol, from, until }: TicksQuery,
): Promise<RawTick[]> {
  const ticks: RawTick[] = [];
  // InfluxDB refuses an empty range.
  if (until <= from) return ticks;
  const names = {
    bucket,
    exchange,
    symbol: symbolTag(symbol),
    since: instant(from),
    until: instant(until),
  };
  await run(fluxQuery(ticksBetween, names), (row) => {
    const number = (column: string): number => Number(row(column));
    const quotedAt = number('quoted_at');
    ticks.push({
      exchange: row('exchange'),
      symbol: symbolOfTag(row('symbol')),
      bid: number('bid'),
      ask: number('ask'),
      last: number('last'),
      volume: number('volume'),
      timestamp: number('timestamp'),
      tradeId: row('trade_id'),
      takerSide: row('taker_side') as RawTick['takerSide'],
      receivedAt: number('received_at'),
      quoted: row('quoted') === 'true',
      quotedAt: quotedAt === 0 ? null : quotedAt,
      backfilled: row('backfilled') === 'true',
    });
  });
  return ticks;
}

/** Ticks that one request should give: enough to be quick, few enough to be held. */
const PAGE_TICKS = 50_000;
const FIRST_PAGE_MS = 600_000;
const LONGEST_PAGE_MS = 30 * 86_400_000;

/** See TickHistory.readTicks: one request a stretch of time, which is made longer or shorter by how many ticks come. */
export async function readTickHistory(
  store: Pick<TickHistory, 'tickSpan'> & { ticks(query: TicksQuery): Promise<RawTick[]> },
  { exchange, symbol, from, to }: TickRange,
  take: (ticks: readonly RawTick[]) => void | Promise<void>,
): Promise<void> {
  const span = await store.tickSpan({ exchange, symbol });
  if (span === null) return;
  const end = Math.min(to, span.to + 1);
  let pageMs = FIRST_PAGE_MS;
  for (let at = Math.max(from, span.from); at < end;) {
    const until = Math.min(end, at + pageMs);
    const ticks = await store.ticks({ exchange, symbol, from: at, until });
    if (ticks.length > 0) await take(ticks.sort(inOrder));
    at = until;
    if (ticks.length < PAGE_TICKS / 4) pageMs = Math.min(LONGEST_PAGE_MS, pageMs * 2);
    else if (ticks.length > PAGE_TICKS) pageMs = Math.max(1_000, Math.floor(pageMs / 2));
  }
}

/** InfluxDB orders the ticks of a millisecond by the last six digits of their ids. */
function inOrder(a: RawTick, b: RawTick): number {
  return a.timestamp - b.timestamp || compareTradeIds(a.tradeId, b.tradeId);
}

/** See TickHistory.countTicks. */
export async function readTickCounts(
  run: RunQuery,
  bucket: string,
  { exchange, symbol, from, to }: TickRange,
  everyMs: number,
): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  // InfluxDB refuses an empty range.
  if (to <= from) return counts;
  const names = {
    bucket,
    exchange,
    symbol: symbolTag(symbol),
    since: instant(from),
    until: instant(to),
    every_ms: { integer: everyMs },
  };
  // The first interval begins with the range where that lies within one.
  await run(fluxQuery(tickCounts, names), (row) => {
    counts.set(openTime(Number(row('start')), everyMs), Number(row('ticks')));
  });
  return counts;
}

/** See TickHistory.tickSpan. */
export async function readTickSpan(
  run: RunQuery,
  bucket: string,
  { exchange, symbol }: TickSymbol,
): Promise<TimeSpan | null> {
  const times: number[] = [];
  const names = {
    bucket,
    exchange,
    symbol: symbolTag(symbol),
    since: instant(0),
    until: instant(LAST_INSTANT),
  };
  await run(fluxQuery(tickSpan, names), (row) => void times.push(Number(row('timestamp'))));
  const [from, to = from] = times;
  return from === undefined || to === undefined ? null : { from, to };
}
