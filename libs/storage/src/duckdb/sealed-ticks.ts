import { readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Archiving } from './access';
import { parquetSql, UNFINISHED } from './parquet-file';
import {
  comparePartitions,
  inRange,
  overlaps,
  type Partition,
  partitionFolder,
  partitionOfFolder,
  partitionsIn,
  type RowRange,
  rowsOf,
} from './partition';
import type { TickRows } from './read-ticks';
import { ticksTable } from './ticks-table';

/** Name of the folder, inside the store's, that holds the sealed days. */
export const SEALED_FOLDER = 'sealed-ticks';

const FILE = 'ticks.parquet';

/** Where the sealed ticks of a partition are, if it is sealed. */
export function sealedPath(storeDirectory: string, partition: Partition): string {
  return join(storeDirectory, SEALED_FOLDER, partitionFolder(partition), FILE);
}

/**
 * The sealed partitions. The files themselves are the record of what is sealed: a file is there under its name only when
 * it is whole, and a row of the table that its file holds too counts as the file's.
 */
export async function sealedPartitions(storeDirectory: string): Promise<Partition[]> {
  const root = join(storeDirectory, SEALED_FOLDER);
  const partitions: Partition[] = [];
  for (const path of await filesBelow(root)) {
    if (!path.endsWith(sep + FILE)) continue;
    const folder = relative(root, dirname(path)).replaceAll(sep, '/');
    const partition = partitionOfFolder(folder);
    if (partition !== null && partitionFolder(partition) === folder) partitions.push(partition);
  }
  return partitions;
}

/** Removes what a killed process had begun to write. Nobody may be sealing meanwhile. */
export async function removeUnfinished(storeDirectory: string): Promise<void> {
  for (const path of await filesBelow(join(storeDirectory, SEALED_FOLDER))) {
    if (path.endsWith(FILE + UNFINISHED)) await rm(path, { force: true });
  }
}

/** Where the ticks of one partition are. */
export interface TickPartition {
  /** Which they are of. */
  readonly partition: Partition;
  /** Its sealed file; null when all are in the table. */
  readonly sealed: string | null;
}

/** The partitions that hold ticks of a range, sealed or not, in order. */
export async function tickPartitions(
  { directory, connection }: Pick<Archiving, 'directory' | 'connection'>,
  range: RowRange,
): Promise<TickPartition[]> {
  const found = new Map<string, TickPartition>();
  for (const partition of await partitionsIn(connection, 'ticks', range))
    found.set(partitionFolder(partition), { partition, sealed: null });
  for (const partition of await sealedPartitions(directory)) {
    if (!overlaps(range, partition)) continue;
    found.set(partitionFolder(partition), { partition, sealed: sealedPath(directory, partition) });
  }
  return [...found.values()].sort((a, b) => comparePartitions(a.partition, b.partition));
}

/** The ticks of a store, sealed or not, as they are read. */
export function storedTickRows(archiving: Archiving): TickRows {
  const { connection, goOn } = archiving;
  return {
    connection,
    goOn,
    partitions: async (range) =>
      (await tickPartitions(archiving, range)).map(({ partition, sealed }) => ({
        partition,
        sql: (part) => ticksSql(rowsOf(partition, part), sealed),
      })),
  };
}

/** The columns of a tick but for venue and symbol, which the folder's name tells. */
export const TICK_FIELDS = ticksTable.columns
  .map(({ name }) => name)
  .filter((name) => name !== 'exchange' && name !== 'symbol')
  .join(', ');

/**
 * Rows of one partition, without venue and symbol, which the folder's name tells: those of the file, and those
 * of the table that the file does not hold.
 * @param range lies within one partition.
 * @param sealed the partition's file; null when it has none.
 */
export function ticksSql(range: RowRange, sealed: string | null): string {
  const { from, to } = range;
  if (sealed === null) return `SELECT ${TICK_FIELDS} FROM ticks WHERE ${inRange(range)}`;
  return `
    SELECT ${TICK_FIELDS} FROM ${parquetSql(sealed)} WHERE ${inRange({ from, to })}
    UNION ALL
    SELECT ${TICK_FIELDS} FROM ticks WHERE ${inRange(range)} AND NOT ${isSealed(sealed)}`;
}

/** The condition under which a row of the table is in the file already. */
export function isSealed(sealed: string): string {
  return `EXISTS (
    FROM ${parquetSql(sealed)} f WHERE f.timestamp = ticks.timestamp AND f.trade_id = ticks.trade_id
  )`;
}

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}
