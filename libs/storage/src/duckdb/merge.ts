import { setImmediate } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBDataChunk, type DuckDBValue } from '@duckdb/node-api';
import { createStagingSql, mergeSql, stagingName, type Table } from './table';
import { timeSpans } from '../time-spans';

/** DuckDB's vector size: the most rows that one data chunk holds. */
const CHUNK_ROWS = 2048;

/**
 * Merges records into their table in one transaction: all of them are stored when it resolves, none when it rejects.
 * The connection must be in no other use meanwhile.
 */
export async function mergeRecords<R>(
  connection: DuckDBConnection,
  table: Table<R>,
  records: readonly R[],
): Promise<void> {
  await connection.run('BEGIN TRANSACTION');
  try {
    await stage(connection, table, records);
    const sql = mergeSql(table);
    if (table.time) {
      for (const { from, to } of timeSpans(records.map(table.time.valueOf))) {
        await connection.run(sql, [BigInt(from), BigInt(to)]);
      }
    } else {
      await connection.run(sql);
    }
    await connection.run('COMMIT');
  } catch (error) {
    // A failed COMMIT has rolled back by itself and refuses this one; the first error is the one to tell.
    await connection.run('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Puts records into a fresh staging table of their table. */
export async function stage<R>(
  connection: DuckDBConnection,
  table: Table<R>,
  records: readonly R[],
): Promise<void> {
  await connection.run(createStagingSql(table));
  const types = table.columns.map(({ type }) => type);
  const appender = await connection.createAppender(stagingName(table));
  try {
    for (let start = 0; start < records.length; start += CHUNK_ROWS) {
      // Filling a chunk holds the thread for some milliseconds: sockets get their turn between two.
      if (start > 0) await setImmediate();
      const chunk = DuckDBDataChunk.create(types);
      chunk.setColumns(columnsOf(table, records, start, Math.min(start + CHUNK_ROWS, records.length)));
      appender.appendDataChunk(chunk);
    }
  } finally {
    appender.closeSync();
  }
}

function columnsOf<R>(table: Table<R>, records: readonly R[], start: number, end: number): DuckDBValue[][] {
  return table.columns.map(({ valueOf }) => {
    const values = new Array<DuckDBValue>(end - start);
    for (let row = start; row < end; row += 1) values[row - start] = valueOf(records[row] as R);
    return values;
  });
}
