import { DOUBLE, INTEGER, VARCHAR, BIGINT } from '@duckdb/node-api';
import { type ExpectedCandle, ExpectedCandles, type Timeframe } from './expected-candles';
import type { Named } from './compare-ticks';
import { type ScratchDatabase, sqlValues } from './scratch-database';
import type { StoredRelations } from './stored-market';

/** How the stored candles stand to those of the truth. */
export interface CandleCounts {
  /** Candles of the expected trades. */
  readonly expected: number;
  /** Candles that are missing, made up, or differ in any value or in completeness. */
  readonly wrong: number;
  /** Candles in whose interval trades are excused: incomplete, and made of the others. */
  readonly excused: number;
}

const NAMED = 20;
const VALUES = ['open', 'high', 'low', 'close', 'volume', 'trades', 'vwap'] as const;
const KEY = 'exchange, symbol, timeframe, "timestamp"';

/**
 * Builds the candles of the table `expected_trades` anew and compares them with the stored ones in every value.
 * @param closedBy candles that close at or before this instant (ms UTC) must be there; later ones may be.
 */
export async function compareCandles(
  database: ScratchDatabase,
  stored: StoredRelations,
  timeframes: readonly Timeframe[],
  closedBy: number,
  named: Named,
): Promise<CandleCounts> {
  await buildExpected(database, timeframes);
  await database.run(`
    CREATE TABLE timeframes AS FROM ${sqlValues(
      'timeframe VARCHAR, length_ms BIGINT',
      timeframes.map(({ name, lengthMs }) => [name, lengthMs]),
    )}`);
  // Both ends of a gap belong to it: trades of those milliseconds may be missing.
  await database.run(`
    CREATE TABLE incomplete_spans AS
    SELECT exchange, symbol, from_timestamp AS begins, coalesce(to_timestamp, 9000000000000000) AS ends, cause
    FROM ${stored.gaps} WHERE status IN ('open', 'unfillable')`);
  await database.run(`
    CREATE TABLE observed AS
    SELECT exchange, symbol, min(begun) AS begun FROM (
      SELECT exchange, symbol, min("timestamp") AS begun FROM expected_trades GROUP BY ALL
      UNION ALL SELECT exchange, symbol, min(from_timestamp) FROM ${stored.gaps} WHERE status = 'filled' GROUP BY ALL
    ) GROUP BY ALL`);
  await database.run(`
    CREATE TABLE judged AS
    SELECT exchange, symbol, timeframe, "timestamp", length_ms, e.open IS NULL AS made_up, s.open IS NULL AS absent,
      ${VALUES.map((name) => `e.${name} AS e_${name}, s.${name} AS s_${name}`).join(', ')},
      s.complete AS s_complete,
      "timestamp" >= o.begun AND NOT EXISTS (FROM incomplete_spans g WHERE g.exchange = k.exchange
        AND g.symbol = k.symbol AND g.begins < k."timestamp" + length_ms AND g.ends >= k."timestamp") AS e_complete,
      EXISTS (FROM incomplete_spans g WHERE g.cause = 'dropped' AND g.exchange = k.exchange AND g.symbol = k.symbol
        AND g.begins < k."timestamp" + length_ms AND g.ends >= k."timestamp") AS unmerged,
      EXISTS (FROM passed_over p WHERE p.why = 'excused' AND p.exchange = k.exchange AND p.symbol = k.symbol
        AND p."timestamp" >= k."timestamp" AND p."timestamp" < k."timestamp" + length_ms) AS excused
    FROM (SELECT ${KEY} FROM expected_candles UNION SELECT ${KEY} FROM ${stored.candles}
          WHERE timeframe IN (SELECT timeframe FROM timeframes)) k
    JOIN timeframes USING (timeframe)
    LEFT JOIN expected_candles e USING (${KEY})
    LEFT JOIN ${stored.candles} s USING (${KEY})
    LEFT JOIN observed o USING (exchange, symbol)`);
  await database.run(`CREATE TABLE wrong_candles AS SELECT * FROM (
    SELECT exchange, symbol, timeframe, "timestamp", CASE
      WHEN absent AND "timestamp" + length_ms <= ${closedBy} THEN 'is missing'
      WHEN absent THEN NULL
      WHEN made_up THEN 'is stored but no trade made it'
      ELSE nullif(concat_ws(', ',
        ${VALUES.map((name) => `CASE WHEN NOT unmerged AND s_${name} IS DISTINCT FROM e_${name} THEN '${name} ' || s_${name} || ' for ' || e_${name} END`).join(',\n        ')},
        CASE WHEN s_complete IS DISTINCT FROM e_complete THEN 'complete ' || s_complete || ' for ' || e_complete END), '')
      END AS fault
    FROM judged) WHERE fault IS NOT NULL`);
  for (const row of await database.rows(`
    SELECT concat_ws(' ', exchange, symbol, timeframe) AS series, "timestamp"::DOUBLE AS "at", fault
    FROM wrong_candles ORDER BY "timestamp" LIMIT ${NAMED}`))
    named(`candle ${String(row['series'])} of ${String(row['at'])}: ${String(row['fault'])}`);
  return {
    expected: await database.count(
      `SELECT count(*) FROM judged WHERE NOT made_up AND (NOT absent OR "timestamp" + length_ms <= ${closedBy})`,
    ),
    wrong: await database.count('SELECT count(*) FROM wrong_candles'),
    excused: await database.count('SELECT count(*) FROM judged WHERE excused'),
  };
}

async function buildExpected(database: ScratchDatabase, timeframes: readonly Timeframe[]): Promise<void> {
  await database.run(`
    CREATE TABLE expected_candles (exchange VARCHAR, symbol VARCHAR, timeframe VARCHAR, "timestamp" BIGINT,
      open DOUBLE, high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, trades INTEGER, vwap DOUBLE)`);
  // What is read and what is written go through connections of their own: a stream occupies the first.
  const writer = await database.connectAgain();
  const appender = await writer.createAppender('expected_candles');
  const append = (candle: ExpectedCandle): void => {
    const { exchange, symbol, timeframe, timestamp } = candle;
    appender.appendValue(exchange, VARCHAR);
    appender.appendValue(symbol, VARCHAR);
    appender.appendValue(timeframe.name, VARCHAR);
    appender.appendValue(BigInt(timestamp), BIGINT);
    for (const name of VALUES) appender.appendValue(candle[name], name === 'trades' ? INTEGER : DOUBLE);
    appender.endRow();
  };
  const candles = new ExpectedCandles(timeframes, append);
  for await (const rows of database.stream(`
    SELECT exchange, symbol, "timestamp"::DOUBLE, price, size FROM expected_trades
    ORDER BY exchange, symbol, "timestamp", length(trade_id), trade_id`)) {
    for (const [exchange, symbol, timestamp, price, size] of rows as [
      string,
      string,
      number,
      number,
      number,
    ][])
      candles.add({ exchange, symbol, timestamp, price, size });
  }
  candles.end();
  appender.closeSync();
  writer.closeSync();
}
