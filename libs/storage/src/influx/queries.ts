import { type Candle, compareTradeIds, type Gap, timeframeMs } from '@neuraltrade/contracts';
import droppedTrades from '../../../../queries/dropped_trades.flux';
import gapsWithin from '../../../../queries/gaps_within.flux';
import lastPrices from '../../../../queries/last_prices.flux';
import ohlcvForChart from '../../../../queries/ohlcv_for_chart.flux';
import ticksOfInstant from '../../../../queries/ticks_of_instant.flux';
import type { CandlesQuery, GapsQuery, LastPrice, LastPricesQuery } from '../market-store';
import { type FluxParameter, fluxQuery, instant } from './flux-query';
import type { FluxRow, OnRow } from './influx-http';
import { LAST_INSTANT } from './line-protocol';
import { NO_ID, symbolOfTag, symbolTag } from './points';

/** Runs a query of the bucket; rows are told in the order of the answer. */
export type RunQuery = (flux: string, onRow: OnRow) => Promise<void>;

/** How much wider the next search for candles is when trades were too rare for the last one. */
const WIDER = 16;

/** Reads the newest tick of each symbol; of equal timestamps the larger trade id, as an integer, is the newer one. */
export async function readLastPrices(
  run: RunQuery,
  bucket: string,
  { exchange = '', since }: LastPricesQuery,
): Promise<LastPrice[]> {
  const newest: NewestTick[] = [];
  const names = { bucket, exchange, since: instant(since), until: instant(LAST_INSTANT) };
  await run(fluxQuery(lastPrices, names), (row) => void newest.push(tickOf(row)));
  return Promise.all(newest.map(async (tick) => (await newestOfInstant(run, bucket, tick)).price));
}

interface NewestTick {
  readonly tradeId: string;
  readonly price: LastPrice;
}

/** The storage engine orders trades of one millisecond by the last six digits of their ids, which begin again at a million. */
async function newestOfInstant(run: RunQuery, bucket: string, tick: NewestTick): Promise<NewestTick> {
  const { exchange, symbol, timestamp } = tick.price;
  const names = {
    bucket,
    exchange,
    symbol: symbolTag(symbol),
    instant: instant(timestamp),
    next_instant: instant(timestamp + 1),
  };
  let newest = tick;
  await run(fluxQuery(ticksOfInstant, names), (row) => {
    const other = tickOf(row);
    if (compareTradeIds(other.tradeId, newest.tradeId) > 0) newest = other;
  });
  return newest;
}

function tickOf(row: FluxRow): NewestTick {
  const quoted = row('quoted') === 'true';
  const price = {
    exchange: row('exchange'),
    symbol: symbolOfTag(row('symbol')),
    bid: Number(row('bid')),
    ask: Number(row('ask')),
    last: Number(row('last')),
    spread: quoted ? Number(row('spread')) : null,
    spreadBps: quoted ? Number(row('spread_bps')) : null,
    quoted,
    timestamp: Number(row('timestamp')),
  };
  return { tradeId: row('trade_id'), price };
}

/**
 * Reads the newest candles of one series, oldest first. A candle is incomplete, too, while a gap of dropped trades that cannot
 * be filled overlaps it: decided at reading, so that it holds whichever of candle and gap was stored first, for each later
 * revision, and no longer once the gap is filled.
 */
export async function readCandles(run: RunQuery, bucket: string, query: CandlesQuery): Promise<Candle[]> {
  const { exchange, timeframe, limit, before = LAST_INSTANT } = query;
  const symbol = symbolTag(query.symbol);
  const names = { bucket, exchange, symbol, timeframe, before: instant(before), limit: { integer: limit } };
  const length = timeframeMs(timeframe) ?? 0;
  let candles: Candle[] = [];
  for (let span = length * limit; ; span = Math.min(span * WIDER, LAST_INSTANT)) {
    candles = await candlesWithin(run, { ...names, span_ms: { integer: span } });
    const newest = candles.at(-1)?.timestamp ?? 0;
    if (candles.length >= limit || span > newest) break;
  }
  const last = candles.at(-1);
  if (last === undefined) return [];
  const until = instant(last.timestamp + length);
  await run(fluxQuery(droppedTrades, { bucket, exchange, symbol, until }), (row) => {
    const from = Number(row('from'));
    const to = Number(row('to')) || Infinity;
    for (const candle of candles) {
      if (from < candle.timestamp + length && to >= candle.timestamp) candle.complete = false;
    }
  });
  return candles;
}

async function candlesWithin(
  run: RunQuery,
  names: Readonly<Record<string, FluxParameter>>,
): Promise<Candle[]> {
  const candles: Candle[] = [];
  await run(fluxQuery(ohlcvForChart, names), (row) => {
    const number = (column: string): number => Number(row(column));
    const revision = number('revision');
    candles.push({
      exchange: row('exchange'),
      symbol: symbolOfTag(row('symbol')),
      timeframe: row('timeframe'),
      timestamp: number('timestamp'),
      open: number('open'),
      high: number('high'),
      low: number('low'),
      close: number('close'),
      volume: number('volume'),
      trades: number('trades'),
      vwap: number('vwap'),
      state: revision === 0 ? 'final' : 'revised',
      revision,
      epoch: number('epoch'),
      complete: row('complete') === 'true',
    });
  });
  return candles;
}

/** Reads the newest gaps of one series that overlap a range, oldest first. */
export async function readGaps(run: RunQuery, bucket: string, query: GapsQuery): Promise<Gap[]> {
  const { exchange, symbol, from, to, limit } = query;
  const gaps: Gap[] = [];
  // InfluxDB refuses an empty range.
  if (to <= 0) return gaps;
  const names = {
    bucket,
    exchange,
    symbol: symbolTag(symbol),
    from_ms: { integer: from },
    until: instant(to),
    limit: { integer: limit },
  };
  await run(fluxQuery(gapsWithin, names), (row) => {
    const missing = Number(row('missing'));
    gaps.push({
      gapId: row('gap_id'),
      exchange: row('exchange'),
      symbol: symbolOfTag(row('symbol')),
      afterTradeId: idOfField(row('from_id')),
      beforeTradeId: idOfField(row('to_id')),
      fromTimestamp: Number(row('from')),
      toTimestamp: Number(row('to')) || null,
      missing: missing === -1 ? null : missing,
      cause: row('cause') as Gap['cause'],
      status: row('status') as Gap['status'],
    });
  });
  return gaps;
}

function idOfField(text: string): string | null {
  return text === NO_ID ? null : text;
}
