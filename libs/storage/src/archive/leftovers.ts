import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UNFINISHED } from '../duckdb/parquet-file';
import { archivePartitions } from './archive-files';
import { standing } from './part-name';

/** Removes what a killed process left: files that it had begun, and parts that others stand for. Nobody may be writing meanwhile. */
export async function removeLeftovers(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isFile() && entry.name.endsWith(UNFINISHED))
      await rm(join(entry.parentPath, entry.name), { force: true });
  }
  for (const { parts } of await archivePartitions(directory)) {
    const counting = new Set(standing(parts));
    for (const part of parts) if (!counting.has(part)) await rm(part.path, { force: true });
  }
}
