import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoted } from './partition';

/** Ending of a file that is being written; a file with it is of no use once its writer has gone. */
export const UNFINISHED = '.unfinished';

/** Instants of writing a file at which a kill must do no harm; told for tests. */
export type FileStep = 'written' | 'synced' | 'renamed';

/**
 * Writes the rows of a statement as a Parquet file (zstd), which appears under its name whole and on the disk or not at
 * all, replacing what was there. The rows pass through in parts. Returns their number.
 * @throws Error when the file does not hold `expected` rows (null = whatever the statement gave); nothing is replaced then.
 */
export async function writeParquet(
  connection: DuckDBConnection,
  rowsSql: string,
  path: string,
  expected: number | null,
  atStep: (step: FileStep) => void = () => undefined,
): Promise<number> {
  const unfinished = path + UNFINISHED;
  await makeFolder(dirname(path));
  const { rowsChanged } = await connection.run(
    `COPY (${rowsSql}) TO ${quoted(unfinished)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  atStep('written');
  const rows = await rowsIn(connection, unfinished);
  if (rows !== rowsChanged || (expected !== null && rows !== expected)) {
    throw new Error(`${unfinished} holds ${rows} rows where ${expected ?? rowsChanged} were to be written`);
  }
  await sync(unfinished);
  atStep('synced');
  await rename(unfinished, path);
  await sync(dirname(path));
  atStep('renamed');
  return rows;
}

/** A table function that reads files of one shape, whatever characters their paths hold. @param paths at least one. */
export function parquetSql(...paths: readonly string[]): string {
  const list = paths.map((path) => quoted(path.replace(/[[*?]/g, '[$&]'))).join(', ');
  return `read_parquet([${list}], hive_partitioning = false)`;
}

/** Number of rows of a file, as its own footer says. */
export async function rowsIn(connection: DuckDBConnection, path: string): Promise<number> {
  return countOf(connection, `FROM ${parquetSql(path)}`);
}

/** Number of rows that a FROM clause gives. */
export async function countOf(connection: DuckDBConnection, from: string): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT count(*)::DOUBLE ${from}`);
  return reader.getRows()[0]?.[0] as number;
}

/** Waits until a file or folder is on the disk itself. */
export async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and the missing ones above it, and syncs each into the one that holds it. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
}
