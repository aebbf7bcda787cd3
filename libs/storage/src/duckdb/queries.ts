import type { DuckDBConnection } from '@duckdb/node-api';
import type { Candle, Gap } from '@neuraltrade/contracts';
import type { CandlesQuery, GapsQuery, LastPrice, LastPricesQuery } from '../market-store';

/** Reads the newest tick of each symbol; of equal timestamps the larger trade id, as an integer, is the newer one. */
export async function readLastPrices(
  connection: DuckDBConnection,
  { exchange, since }: LastPricesQuery,
): Promise<LastPrice[]> {
  const reader = await connection.runAndReadAll(
    `WITH newest AS (
       SELECT exchange, symbol, max(timestamp) AS timestamp
       FROM ticks
       WHERE timestamp >= $1 ${exchange === undefined ? '' : 'AND exchange = $2'}
       GROUP BY exchange, symbol
     )
     SELECT exchange, symbol, bid, ask, last, spread, spread_bps, quoted, timestamp::DOUBLE AS timestamp
     FROM ticks JOIN newest USING (exchange, symbol, timestamp)
     QUALIFY row_number() OVER (
       PARTITION BY exchange, symbol ORDER BY length(trade_id) DESC, trade_id DESC
     ) = 1
     ORDER BY exchange, symbol`,
    exchange === undefined ? [BigInt(since)] : [BigInt(since), exchange],
  );
  return (reader.getRowObjects() as unknown as LastPriceRow[]).map(
    ({ spread_bps: spreadBps, spread, quoted, ...price }) => ({
      ...price,
      quoted,
      spread: quoted ? spread : null,
      spreadBps: quoted ? spreadBps : null,
    }),
  );
}

type LastPriceRow = Omit<LastPrice, 'spreadBps'> & { readonly spread_bps: number };

/** The columns of a candle but for the three names and `complete`, as they are stored. */
export const CANDLE_FIELDS = `timeframe, timestamp, open, high, low, close, volume, trades, vwap, state, revision, epoch`;

/** Later than every instant that a message can carry, ms UTC. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/**
 * The spans of trades of one series that were dropped for good, as two SQL expressions name it: what `lost` in
 * {@link COMPLETE} stands for.
 */
export function lostSql(exchange: string, symbol: string): string {
  return `
    SELECT from_timestamp, coalesce(to_timestamp, ${END_OF_TIME}) AS to_timestamp
    FROM gaps
    WHERE exchange = ${exchange} AND symbol = ${symbol} AND cause = 'dropped' AND status = 'unfillable'`;
}

/**
 * Whether a candle of `page` is complete. It is incomplete, too, while a gap of dropped trades that cannot be filled
 * overlaps it: such a trade came beyond the revision horizon, so that no revision of the candle tells of it. Decided at
 * reading rather than written into the rows, so that it holds whichever of candle and gap was stored first, for each
 * later revision, and no longer once the gap is filled. The gaps are joined by their times alone: with the names in the
 * join it takes 20 times as long.
 */
export const COMPLETE = `complete AND NOT EXISTS (
  FROM lost WHERE lost.from_timestamp < page.closes_at AND lost.to_timestamp >= page.timestamp
) AS complete`;

/** Reads the newest candles of one series, oldest first. */
export async function readCandles(
  connection: DuckDBConnection,
  { exchange, symbol, timeframe, limit, before = END_OF_TIME }: CandlesQuery,
): Promise<Candle[]> {
  const reader = await connection.runAndReadAll(
    `WITH page AS (
       FROM published_candles
       WHERE exchange = $1 AND symbol = $2 AND timeframe = $3 AND timestamp < $4
       ORDER BY timestamp DESC LIMIT $5
     ), lost AS (${lostSql('$1', '$2')})
     SELECT * REPLACE (
       timestamp::DOUBLE AS timestamp, trades::DOUBLE AS trades, revision::DOUBLE AS revision, epoch::DOUBLE AS epoch
     )
     FROM (SELECT exchange, symbol, ${CANDLE_FIELDS}, ${COMPLETE} FROM page)
     ORDER BY timestamp`,
    [exchange, symbol, timeframe, BigInt(before), BigInt(limit)],
  );
  return reader.getRowObjects() as unknown as Candle[];
}

/** Reads the newest gaps of one series, oldest first. */
export async function readGaps(
  connection: DuckDBConnection,
  { exchange, symbol, from, to, limit }: GapsQuery,
): Promise<Gap[]> {
  const reader = await connection.runAndReadAll(
    `WITH page AS (
       FROM gaps
       WHERE exchange = $1 AND symbol = $2 AND from_timestamp < $4
         AND (to_timestamp IS NULL OR to_timestamp >= $3)
       ORDER BY from_timestamp DESC, gap_id DESC LIMIT $5
     )
     SELECT gap_id AS "gapId", exchange, symbol, after_trade_id AS "afterTradeId", before_trade_id AS "beforeTradeId",
       from_timestamp::DOUBLE AS "fromTimestamp", to_timestamp::DOUBLE AS "toTimestamp", missing::DOUBLE AS missing,
       cause, status
     FROM page ORDER BY from_timestamp, gap_id`,
    [exchange, symbol, BigInt(from), BigInt(to), BigInt(limit)],
  );
  return reader.getRowObjects() as unknown as Gap[];
}
