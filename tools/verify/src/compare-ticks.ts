import type { StoredGap } from './gap-accounts';
import { type ScratchDatabase, sqlValues } from './scratch-database';
import type { StoredRelations } from './stored-market';

/** How the stored ticks stand to the truth. */
export interface TickCounts {
  /** Trades that had to be stored. */
  readonly expected: number;
  /** Rows that are stored. */
  readonly stored: number;
  /** Expected trades without a row. */
  readonly missing: number;
  /** Rows that no trade of the truth has, and every second row of one trade. */
  readonly extra: number;
  /** Rows of a trade with another price, size, side or time than its own. */
  readonly wrong: number;
  /** Trades without a row inside an unfillable gap that a fault explains, of a venue whose history cannot be asked by id. */
  readonly excused: number;
}

/** {@link TickCounts}, and what a person may want to know beside them. */
export interface TickFindings {
  /** The counts. */
  readonly counts: TickCounts;
  /**
   * Trades that were never sent, that no id betrays, and that came with a page of history for another stretch: they are
   * not expected, since nothing says that they are missing.
   */
  readonly unseen: number;
}

/** Takes the differences as sentences, the first ones of each kind. */
export type Named = (sentence: string) => void;

const KEY = 'exchange, symbol, trade_id';
const NAMED_OF_A_KIND = 20;

/**
 * Holds the stored ticks against the table `told`. Leaves the table `expected_trades` behind: what the candles are made of.
 * @param excusing gaps in which a venue's trades may be missing.
 * @param withoutIds venues whose history cannot be asked by id.
 */
export async function compareTicks(
  database: ScratchDatabase,
  stored: StoredRelations,
  excusing: readonly StoredGap[],
  withoutIds: readonly string[],
  named: Named,
): Promise<TickFindings> {
  const spans = excusing
    .filter(({ exchange }) => withoutIds.includes(exchange))
    .map(
      ({ exchange, symbol, from, to }) => [exchange, symbol, from, to ?? Number.MAX_SAFE_INTEGER] as const,
    );
  await database.run(`
    CREATE TABLE excuses AS FROM ${sqlValues('exchange VARCHAR, symbol VARCHAR, begins BIGINT, ends BIGINT', spans)}`);
  await database.run(`CREATE TABLE unstored AS FROM told ANTI JOIN ${stored.ticks} USING (${KEY})`);
  // A page of a venue's history may reach further back than was asked for; nobody wanted those trades.
  await database.run(`
    CREATE TABLE begins AS
    SELECT exchange, symbol, min(begun) AS begun FROM (
      SELECT exchange, symbol, min("timestamp") AS begun FROM told WHERE via = 'feed' GROUP BY ALL
      UNION ALL
      SELECT exchange, symbol, min(from_timestamp) FROM ${stored.gaps} WHERE after_trade_id IS NULL GROUP BY ALL
    ) GROUP BY ALL`);
  await database.run(`
    CREATE TABLE passed_over AS
    SELECT u.exchange, u.symbol, u.trade_id, u."timestamp", u.taker_side, 'before' AS why
    FROM unstored u LEFT JOIN begins b USING (exchange, symbol)
    WHERE u.via = 'history' AND (b.begun IS NULL OR u."timestamp" < b.begun)`);
  await database.run(`
    INSERT INTO passed_over
    SELECT u.exchange, u.symbol, u.trade_id, u."timestamp", u.taker_side, 'excused'
    FROM unstored u
    WHERE EXISTS (FROM excuses e WHERE e.exchange = u.exchange AND e.symbol = u.symbol
      AND u."timestamp" BETWEEN e.begins AND e.ends)
      AND NOT EXISTS (FROM passed_over p WHERE p.exchange = u.exchange AND p.symbol = u.symbol AND p.trade_id = u.trade_id)`);
  const without = sqlValues(
    'exchange VARCHAR',
    withoutIds.map((name) => [name]),
  );
  await database.run(`
    INSERT INTO passed_over
    SELECT u.exchange, u.symbol, u.trade_id, u."timestamp", u.taker_side, 'unseen'
    FROM unstored u SEMI JOIN ${without} n USING (exchange)
    WHERE u.via = 'history'
      AND NOT EXISTS (FROM ${stored.gaps} g WHERE g.exchange = u.exchange AND g.symbol = u.symbol
        AND u."timestamp" BETWEEN g.from_timestamp AND coalesce(g.to_timestamp, u."timestamp"))
      AND NOT EXISTS (FROM passed_over p WHERE p.exchange = u.exchange AND p.symbol = u.symbol AND p.trade_id = u.trade_id)`);
  await database.run(`CREATE TABLE expected_trades AS FROM told ANTI JOIN passed_over USING (${KEY})`);
  const passedOver = (why: string): Promise<number> =>
    database.count(`SELECT count(*) FROM passed_over WHERE why = '${why}'`);
  const counts: TickCounts = {
    expected: await database.count(`SELECT count(*) FROM expected_trades`),
    stored: await database.count(`SELECT count(*) FROM ${stored.ticks}`),
    missing: await kind(database, `FROM unstored ANTI JOIN passed_over USING (${KEY})`, 'is missing', named),
    extra:
      (await kind(
        database,
        `FROM ${stored.ticks} ANTI JOIN told USING (${KEY})`,
        'is stored but was never sent',
        named,
      )) +
      (await kind(
        database,
        `SELECT * FROM ${stored.ticks} QUALIFY row_number() OVER (PARTITION BY ${KEY}) > 1`,
        'is stored more than once',
        named,
      )),
    wrong: await wrong(database, stored, named),
    excused: await passedOver('excused'),
  };
  return { counts, unseen: await passedOver('unseen') };
}

async function wrong(database: ScratchDatabase, stored: StoredRelations, named: Named): Promise<number> {
  const differing = `
    SELECT s.exchange, s.symbol, s.trade_id, s."timestamp",
      concat_ws(', ',
        CASE WHEN s.last IS DISTINCT FROM t.price THEN 'price ' || s.last || ' for ' || t.price END,
        CASE WHEN s.volume IS DISTINCT FROM t.size THEN 'size ' || s.volume || ' for ' || t.size END,
        CASE WHEN s.taker_side IS DISTINCT FROM t.taker_side THEN 'side ' || s.taker_side || ' for ' || t.taker_side END,
        CASE WHEN s."timestamp" IS DISTINCT FROM t."timestamp" THEN 'time ' || s."timestamp" || ' for ' || t."timestamp" END
      ) AS fields
    FROM ${stored.ticks} s JOIN told t USING (${KEY})
    WHERE (s.last, s.volume, s.taker_side, s."timestamp") IS DISTINCT FROM (t.price, t.size, t.taker_side, t."timestamp")`;
  await database.run(`CREATE TABLE wrong_ticks AS ${differing}`);
  for (const row of await database.rows(
    `SELECT concat_ws(' ', exchange, symbol, trade_id) AS trade, fields FROM wrong_ticks LIMIT ${NAMED_OF_A_KIND}`,
  ))
    named(`tick ${String(row['trade'])} is stored wrong: ${String(row['fields'])}`);
  return database.count('SELECT count(*) FROM wrong_ticks');
}

async function kind(database: ScratchDatabase, from: string, what: string, named: Named): Promise<number> {
  for (const row of await database.rows(`
    SELECT concat_ws(' ', exchange, symbol, trade_id) AS trade, "timestamp"::DOUBLE AS "at" FROM (${from})
    ORDER BY "timestamp" LIMIT ${NAMED_OF_A_KIND}`))
    named(`tick ${String(row['trade'])} of ${String(row['at'])} ${what}`);
  return database.count(`SELECT count(*) FROM (${from})`);
}

/**
 * Where consecutive ids prove that trades happened which no client was ever told of, and no unfillable gap says so; a
 * sentence for each, at most 20, and how many there are.
 */
export async function unnamedHoles(
  database: ScratchDatabase,
  stored: StoredRelations,
  consecutive: readonly string[],
): Promise<{ count: number; sentences: string[] }> {
  const names = sqlValues(
    'exchange VARCHAR',
    consecutive.map((name) => [name]),
  );
  await database.run(`
    CREATE TABLE holes AS
    SELECT h.exchange, h.symbol, h.trade_id, h.next_id, h."timestamp", h.next_at FROM (
      SELECT exchange, symbol, trade_id::HUGEINT AS trade_id, "timestamp",
        lead(trade_id::HUGEINT) OVER ids AS next_id, lead("timestamp") OVER ids AS next_at
      FROM expected_trades SEMI JOIN ${names} n USING (exchange)
      WINDOW ids AS (PARTITION BY exchange, symbol ORDER BY trade_id::HUGEINT)
    ) h
    WHERE h.next_id > h.trade_id + 1 AND NOT EXISTS (
      FROM ${stored.gaps} g
      WHERE g.exchange = h.exchange AND g.symbol = h.symbol AND g.status = 'unfillable'
        AND g.from_timestamp <= h."timestamp" AND g.to_timestamp >= h.next_at)`);
  const rows = await database.rows(`
    SELECT exchange || ' ' || symbol AS series, trade_id::VARCHAR AS after_id, next_id::VARCHAR AS next_id,
      "timestamp"::DOUBLE AS "at" FROM holes ORDER BY "timestamp" LIMIT ${NAMED_OF_A_KIND}`);
  return {
    count: await database.count('SELECT count(*) FROM holes'),
    sentences: rows.map(
      (row) =>
        `${String(row['series'])}: between the trades ${String(row['after_id'])} and ${String(row['next_id'])} of ` +
        `${String(row['at'])} others happened that were neither fetched nor named by an unfillable gap`,
    ),
  };
}
