import type { DuckDBConnection } from '@duckdb/node-api';
import { parquetSql } from '../duckdb/parquet-file';
import { inRange, overlaps, type RowRange } from '../duckdb/partition';
import type { TickRows } from '../duckdb/read-ticks';
import { TICK_FIELDS } from '../duckdb/sealed-ticks';
import { type ArchivePartition, archivePartitions, countingFiles } from './archive-files';

type Span = Pick<RowRange, 'from' | 'to'>;

/** The rows of some parts of one partition, each once, in any order. @param files at least one. */
export function rowsOfParts(files: readonly string[], { from, to }: Span): string {
  return `SELECT ${TICK_FIELDS} FROM ${parquetSql(...files)} WHERE ${inRange({ from, to })}`;
}

/** The rows of a partition within a range, each once, in any order; there must be a file that may hold some. */
export function rowsOf(partition: ArchivePartition, range: Span): string {
  const rows = rowsOfParts(filesWithin(partition, range), range);
  if (partition.others.length === 0) return rows;
  // No two parts hold the same trade, but files of others may.
  return `${rows} QUALIFY row_number() OVER (PARTITION BY timestamp, trade_id) = 1`;
}

/** The files of a partition that may hold rows of a range. */
export function filesWithin(partition: ArchivePartition, { from, to }: Span): string[] {
  const parts = partition.parts.filter((part) => part.from < to && part.to >= from);
  const within = new Set([...parts.map(({ path }) => path), ...partition.others]);
  return countingFiles(partition).filter((path) => within.has(path));
}

/** The ticks of a folder of Parquet files, as they are read. @param goOn throws when the reading is to end. */
export function archiveRows(
  connection: DuckDBConnection,
  directory: string,
  goOn: () => void = () => undefined,
): TickRows {
  return {
    connection,
    goOn,
    partitions: async (range) =>
      (await archivePartitions(directory))
        .filter(({ partition }) => overlaps(range, partition))
        .filter((partition) => filesWithin(partition, range).length > 0)
        .map((entry) => ({
          partition: entry.partition,
          sql: (part = ALL_TIME) => rowsOf(entry, part),
        })),
  };
}

const ALL_TIME = { from: 0, to: Number.MAX_SAFE_INTEGER };
