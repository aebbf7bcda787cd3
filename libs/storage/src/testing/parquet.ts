import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

/** The rows that any reader of partitioned Parquet finds below a folder; none where there is no such file. */
export async function rowsBelow(folder: string, sql = 'FROM files'): Promise<Record<string, DuckDBValue>[]> {
  if (!filesBelow(folder).some((path) => path.endsWith('.parquet'))) return [];
  const pattern = `${folder.replace(/[[*?]/g, '[$&]').replaceAll("'", "''")}/**/*.parquet`;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(
      `WITH files AS (FROM read_parquet('${pattern}', hive_partitioning = true, hive_types_autocast = false)) ${sql}`,
    );
    return reader.getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Every file below a folder, sorted, with its path from there; none where there is no folder. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .sort();
  } catch {
    return [];
  }
}
