import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { comparePartitions, type Partition, partitionOfFolder } from '../duckdb/partition';
import { type PartName, readPartName, standing } from './part-name';

/** A part of one partition. */
export interface Part extends PartName {
  /** Its path. */
  readonly path: string;
}

/** The files of one day, venue and symbol. */
export interface ArchivePartition {
  /** Which it is. */
  readonly partition: Partition;
  /** Its folder. */
  readonly folder: string;
  /** Every part that lies there, those that others stand for included. */
  readonly parts: readonly Part[];
  /** Parquet files that are no parts: an export's. */
  readonly others: readonly string[];
}

/** The Parquet files of a partition that count: each row is in one of them. */
export function countingFiles({ parts, others }: Pick<ArchivePartition, 'parts' | 'others'>): string[] {
  return [...others, ...standing(parts).map(({ path }) => path)];
}

/**
 * The partitions below a folder, by day, venue and symbol: day=.../exchange=.../symbol=..., whoever wrote them. Files elsewhere are
 * none of ours.
 */
export async function archivePartitions(directory: string): Promise<ArchivePartition[]> {
  const files = new Map<string, string[]>();
  for (const { folder, file } of await parquetFiles(directory, true)) {
    const known = files.get(folder);
    if (known === undefined) files.set(folder, [file]);
    else known.push(file);
  }
  return [...files]
    .flatMap(([folder, names]) => {
      const partition = partitionOfFolder(relative(directory, folder).replaceAll(sep, '/'));
      return partition === null ? [] : [partitionOf(partition, folder, names)];
    })
    .sort((a, b) => comparePartitions(a.partition, b.partition));
}

/** A partition as it is now. */
export async function lookAgain({ partition, folder }: ArchivePartition): Promise<ArchivePartition> {
  const files = (await parquetFiles(folder, false)).map(({ file }) => file);
  return partitionOf(partition, folder, files);
}

function partitionOf(partition: Partition, folder: string, files: readonly string[]): ArchivePartition {
  const parts: Part[] = [];
  const others: string[] = [];
  for (const file of files) {
    const name = readPartName(file);
    if (name === null) others.push(join(folder, file));
    else parts.push({ ...name, path: join(folder, file) });
  }
  return { partition, folder, parts, others };
}

async function parquetFiles(
  directory: string,
  recursive: boolean,
): Promise<{ folder: string; file: string }[]> {
  const entries = await readdir(directory, { recursive, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
    .map(({ parentPath, name }) => ({ folder: parentPath, file: name }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
