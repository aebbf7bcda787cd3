import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
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
  trades::DOUBLE AS trades, vwap, state, revision::DOUBLE AS revision, epoch::DOUBLE AS epoch, complete`;

/** Reads the newest candles of one series, oldest first. */
export async function readCandles(
  connection: DuckDBConnection,
  { exchange, symbol, timeframe, limit, before }: CandlesQuery,
): Promise<Candle[]> {
  const values: DuckDBValue[] = [exchange, symbol, timeframe, BigInt(limit)];
  if (before !== undefined) values.push(BigInt(before));
  const reader = await connection.runAndReadAll(
    `SELECT ${CANDLE_FIELDS}
     FROM (
       FROM candles
       WHERE exchange = $1 AND symbol = $2 AND timeframe = $3 ${before === undefined ? '' : 'AND timestamp < $5'}
       ORDER BY timestamp DESC LIMIT $4
     )
     ORDER BY timestamp`,
    values,
  );
  return reader.getRowObjects() as unknown as Candle[];
}
