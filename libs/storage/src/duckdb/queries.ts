import type { DuckDBConnection } from '@duckdb/node-api';
import type { Candle } from '@neuraltrade/contracts';
import type { CandlesQuery, LastPrice, LastPricesQuery } from '../market-store';

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

const CANDLE_FIELDS = `exchange, symbol, timeframe, timestamp::DOUBLE AS timestamp, open, high, low, close, volume,
  trades::DOUBLE AS trades, vwap, state, revision::DOUBLE AS revision, epoch::DOUBLE AS epoch`;

/** Later than every instant that a message can carry, ms UTC. */
const END_OF_TIME = Number.MAX_SAFE_INTEGER;

/**
 * Reads the newest candles of one series, oldest first. A candle is incomplete, too, while a gap of dropped trades that
 * cannot be filled overlaps it: such a trade came beyond the revision horizon, so that no revision of the candle tells of
 * it. Decided here rather than written into the rows, so that it holds whichever of candle and gap was stored first, for
 * each later revision, and no longer once the gap is filled.
 */
export async function readCandles(
  connection: DuckDBConnection,
  { exchange, symbol, timeframe, limit, before = END_OF_TIME }: CandlesQuery,
): Promise<Candle[]> {
  // The limit comes first and the gaps are joined by their times alone: with the names in the join it takes 20 times as long.
  const reader = await connection.runAndReadAll(
    `WITH page AS (
       FROM published_candles
       WHERE exchange = $1 AND symbol = $2 AND timeframe = $3 AND timestamp < $4
       ORDER BY timestamp DESC LIMIT $5
     ), lost AS (
       SELECT from_timestamp, coalesce(to_timestamp, $6) AS to_timestamp
       FROM gaps
       WHERE exchange = $1 AND symbol = $2 AND cause = 'dropped' AND status = 'unfillable'
     )
     SELECT ${CANDLE_FIELDS}, complete AND NOT EXISTS (
       FROM lost WHERE lost.from_timestamp < page.closes_at AND lost.to_timestamp >= page.timestamp
     ) AS complete
     FROM page
     ORDER BY page.timestamp`,
    [exchange, symbol, timeframe, BigInt(before), BigInt(limit), BigInt(END_OF_TIME)],
  );
  return reader.getRowObjects() as unknown as Candle[];
}
