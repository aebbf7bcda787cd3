import type { RawTick } from '@neuraltrade/contracts';
import ticksBetween from '../../../../queries/ticks_between.flux';
import { fluxQuery, instant } from './flux-query';
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
