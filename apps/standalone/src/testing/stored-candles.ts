import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Stored candles of one second held against the stored ticks of their interval. */
export interface Comparison {
  /** Final or revised 1s candles in the store. */
  readonly candles: number;
  /** Those whose count, volume, low or high is not that of the ticks. */
  readonly different: readonly unknown[];
}

/** Reads a store that nobody has open. @param directory the store's folder. */
export async function compareCandlesWithTicks(directory: string): Promise<Comparison> {
  const database = await DuckDBInstance.create(join(directory, 'market.duckdb'), {
    access_mode: 'READ_ONLY',
  });
  const connection = await database.connect();
  try {
    const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
      (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const [total] = await rows(`SELECT count(*)::INTEGER AS n FROM published_candles WHERE timeframe = '1s'`);
    const different = await rows(`
      WITH seconds AS (
        SELECT exchange, symbol, "timestamp" // 1000 * 1000 AS open_at, count(*) AS trades, sum(volume) AS volume,
               min(last) AS low, max(last) AS high
        FROM ticks GROUP BY ALL)
      SELECT candle.exchange, candle.symbol, candle."timestamp", candle.trades, seconds.trades AS stored
      FROM published_candles AS candle
      LEFT JOIN seconds ON seconds.exchange = candle.exchange AND seconds.symbol = candle.symbol
        AND seconds.open_at = candle."timestamp"
      WHERE candle.timeframe = '1s' AND (
        candle.trades IS DISTINCT FROM seconds.trades OR candle.low IS DISTINCT FROM seconds.low
        OR candle.high IS DISTINCT FROM seconds.high OR abs(candle.volume - seconds.volume) > candle.volume * 1e-9)`);
    return { candles: Number(total?.['n']), different };
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
