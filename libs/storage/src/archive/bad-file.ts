import { existsSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ExpectedError } from '@neuraltrade/service';
import { textOf } from '../duckdb/access';
import { parquetSql } from '../duckdb/parquet-file';
import { TICK_FIELDS } from '../duckdb/sealed-ticks';

/** A Parquet file that cannot be read as ticks, in a sentence that names it. */
export class BadParquetError extends ExpectedError {
  override readonly name = 'BadParquetError';

  /** @param file its path. @param reason what is wrong with it. */
  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`${file} cannot be read as ticks: ${reason} Remove it, or restore it from a copy.`);
  }
}

/** The first of some files that cannot be read to its end as ticks; null when all can. Files that are gone do not count. */
export async function findBadFile(
  connection: DuckDBConnection,
  files: readonly string[],
): Promise<BadParquetError | null> {
  for (const file of files) {
    if (!existsSync(file)) continue;
    try {
      // Every value is decoded, not only what the file says of itself at its end.
      await connection.run(`SELECT max(hash(t)) FROM (SELECT ${TICK_FIELDS} FROM ${parquetSql(file)}) t`);
    } catch (error) {
      return new BadParquetError(file, sentence(textOf(error)));
    }
  }
  return null;
}

/** The database's own words end with hints for those who write SQL. */
function sentence(text: string): string {
  const [first = ''] = text.split('\n');
  return first.endsWith('.') ? first : `${first}.`;
}
