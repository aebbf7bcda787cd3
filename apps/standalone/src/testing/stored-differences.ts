import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** What two stores hold of one table, held against each other in every column but the epoch. */
export interface TableDifference {
  /** Rows of the first store. */
  readonly rows: number;
  /** Rows of the first that the second has not, the first few. */
  readonly missing: readonly unknown[];
  /** Rows of the second that the first has not, the first few. */
  readonly added: readonly unknown[];
}

/**
 * Compares two stores that nobody has open. @param first a store's folder. @param second another's.
 * @param table which table. @param where which rows, an SQL condition.
 */
export async function compareStores(
  first: string,
  second: string,
  table: 'ticks' | 'published_candles' | 'gaps',
  where = 'true',
): Promise<TableDifference> {
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  try {
    for (const [name, directory] of Object.entries({ first, second }))
      await connection.run(`ATTACH '${join(directory, 'market.duckdb')}' AS ${name} (READ_ONLY)`);
    const rows = async (sql: string): Promise<Record<string, unknown>[]> =>
      (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const columns = table === 'published_candles' ? '* EXCLUDE (epoch)' : '*';
    const of = (name: string): string => `SELECT ${columns} FROM ${name}.${table} WHERE ${where}`;
    const [total] = await rows(`SELECT count(*)::INTEGER AS n FROM (${of('first')})`);
    return {
      rows: Number(total?.['n']),
      missing: await rows(`${of('first')} EXCEPT ALL ${of('second')} LIMIT 5`),
      added: await rows(`${of('second')} EXCEPT ALL ${of('first')} LIMIT 5`),
    };
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
