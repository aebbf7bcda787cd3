import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type { MlSignal, SignalOutcome } from '@neuraltrade/contracts';
import { type OutcomeCounts, outcomePerformances } from '../outcome-performance';
import type {
  OutcomePerformance,
  SignalPerformance,
  SignalPerformanceQuery,
  SignalsQuery,
} from '../signal-queries';
import { DAY_MS } from './partition';

const DAY = `timestamp // ${DAY_MS} * ${DAY_MS}`;
/** What signals and outcomes are ordered by, behind their timestamp. */
const SIGNAL_ORDER = ['exchange', 'symbol', 'timeframe', 'model_version', 'signal_type'];

/** Reads the newest signals of a range, oldest first. */
export async function readSignals(connection: DuckDBConnection, query: SignalsQuery): Promise<MlSignal[]> {
  const { page, values } = newestPage('signals', [...SIGNAL_ORDER, 'risk_level'], query);
  const reader = await connection.runAndReadAll(
    `SELECT exchange, symbol, timeframe, signal_type AS "signalType", risk_level AS "riskLevel", confidence,
       prob_buy AS "probBuy", prob_hold AS "probHold", prob_sell AS "probSell", risk_score AS "riskScore",
       inference_time_ms AS "inferenceTimeMs", model_version AS "modelVersion", timestamp::DOUBLE AS timestamp
     FROM (${page})`,
    values,
  );
  return (reader.getRowObjects() as unknown as MlSignal[]).reverse();
}

/** Reads the newest outcomes of a range, oldest first. */
export async function readOutcomes(
  connection: DuckDBConnection,
  query: SignalsQuery,
): Promise<SignalOutcome[]> {
  const { page, values } = newestPage('signal_outcomes', SIGNAL_ORDER, query);
  const reader = await connection.runAndReadAll(
    `SELECT exchange, symbol, timeframe, model_version AS "modelVersion", signal_type AS "signalType",
       timestamp::DOUBLE AS timestamp, horizon_timestamp::DOUBLE AS "horizonTimestamp", status,
       entry_price AS "entryPrice", exit_price AS "exitPrice", return_bps AS "returnBps",
       max_adverse_bps AS "maxAdverseBps", max_favourable_bps AS "maxFavourableBps"
     FROM (${page})`,
    values,
  );
  return (reader.getRowObjects() as unknown as SignalOutcome[]).reverse();
}

/** The statement that gives the newest rows of a range, newest first, and its values. */
function newestPage(
  table: string,
  order: readonly string[],
  { exchange, symbol, timeframe, modelVersion, from, to, limit }: SignalsQuery,
): { page: string; values: DuckDBValue[] } {
  const values: DuckDBValue[] = [BigInt(from), BigInt(to), BigInt(limit)];
  const terms = ['timestamp >= $1', 'timestamp < $2'];
  for (const [column, value] of Object.entries({
    exchange,
    symbol,
    timeframe,
    model_version: modelVersion,
  })) {
    if (value === undefined) continue;
    values.push(value);
    terms.push(`${column} = $${values.length}`);
  }
  const newestFirst = ['timestamp', ...order].map((column) => `${column} DESC`).join(', ');
  return {
    page: `FROM ${table} WHERE ${terms.join(' AND ')} ORDER BY ${newestFirst} LIMIT $3`,
    values,
  };
}

/** Counts the signals of each model and UTC day. */
export async function readSignalPerformance(
  connection: DuckDBConnection,
  { exchange, from, to }: SignalPerformanceQuery,
): Promise<SignalPerformance[]> {
  const reader = await connection.runAndReadAll(
    `WITH counted AS (
       SELECT ${DAY} AS day,
         model_version,
         count(*) FILTER (signal_type = 'buy') AS buy,
         count(*) FILTER (signal_type = 'sell') AS sell,
         count(*) FILTER (signal_type = 'hold') AS hold
       FROM signals
       WHERE timestamp >= $1 AND timestamp < $2 ${exchange === undefined ? '' : 'AND exchange = $3'}
       GROUP BY ALL
     )
     SELECT model_version AS "modelVersion", day::DOUBLE AS day, buy::DOUBLE AS buy, sell::DOUBLE AS sell,
       hold::DOUBLE AS hold, (buy + sell)::DOUBLE AS total,
       CASE WHEN buy + sell > 0 THEN buy / (buy + sell) END AS "buyRatio"
     FROM counted
     ORDER BY day, "modelVersion"`,
    [BigInt(from), BigInt(to), ...(exchange === undefined ? [] : [exchange])],
  );
  return reader.getRowObjects() as unknown as SignalPerformance[];
}

/** Judges the outcomes of each model and UTC day. */
export async function readOutcomePerformance(
  connection: DuckDBConnection,
  { exchange, from, to }: SignalPerformanceQuery,
): Promise<OutcomePerformance[]> {
  const reader = await connection.runAndReadAll(
    `SELECT model_version AS "modelVersion", (${DAY})::DOUBLE AS day, signal_type = 'hold' AS holds,
       count(*) FILTER (status = 'hit')::DOUBLE AS hits,
       count(*) FILTER (status = 'miss')::DOUBLE AS misses,
       count(*) FILTER (status = 'unjudged')::DOUBLE AS unjudged,
       coalesce(sum(return_bps), 0) AS "returnBpsSum"
     FROM signal_outcomes
     WHERE timestamp >= $1 AND timestamp < $2 ${exchange === undefined ? '' : 'AND exchange = $3'}
     GROUP BY ALL
     ORDER BY day, "modelVersion"`,
    [BigInt(from), BigInt(to), ...(exchange === undefined ? [] : [exchange])],
  );
  return outcomePerformances(reader.getRowObjects() as unknown as OutcomeCounts[]);
}
