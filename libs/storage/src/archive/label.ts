import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { textOf } from '../duckdb/access';
import { StoreOpenError } from '../duckdb/options';
import { sync, UNFINISHED } from '../duckdb/parquet-file';

/** Where the market of an archive came from. */
export type ArchiveMarket = 'live' | 'simulated';

const FORMAT = 1;
const FILE = 'archive.json';

/** What an archive says of its market; null where nothing is said, as in an export. @throws StoreOpenError when it cannot be understood. */
export async function readLabel(directory: string): Promise<ArchiveMarket | null> {
  const file = join(directory, FILE);
  let label: unknown;
  try {
    label = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StoreOpenError(
      `${file} cannot be read (${textOf(error)}): restore it, or choose another folder.`,
    );
  }
  const { format, market } = (label ?? {}) as { readonly format?: unknown; readonly market?: unknown };
  if (format !== FORMAT || (market !== 'live' && market !== 'simulated'))
    throw new StoreOpenError(
      `${file} is not of format ${FORMAT}, which this version reads: choose another folder.`,
    );
  return market;
}

/** Labels a new archive; refuses one of another market. @throws StoreOpenError */
export async function holdLabel(directory: string, market: ArchiveMarket): Promise<void> {
  const known = await readLabel(directory);
  if (known === market) return;
  if (known !== null)
    throw new StoreOpenError(
      `The archive in ${directory} holds ${known} data, and this is ${market} data: choose another folder for it.`,
    );
  const file = join(directory, FILE);
  await writeFile(file + UNFINISHED, `${JSON.stringify({ format: FORMAT, market })}\n`);
  await sync(file + UNFINISHED);
  await rename(file + UNFINISHED, file);
  await sync(dirname(file));
}
