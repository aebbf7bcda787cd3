import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { textOf } from './access';
import { StoreOpenError } from './options';

const THREADS = 2;
const DEFAULT_MEMORY_LIMIT_MB = 512;

/** A file that another process has open. */
export class FileInUseError extends StoreOpenError {}

/**
 * Opens a database file, which no other process can open meanwhile.
 * @param file its path; ':memory:' for a database without a file.
 * @param title what a person calls it: 'The store in data/live'.
 * @param memoryLimitMb most memory for its buffers, MB; default 512.
 * @throws FileInUseError when another process has it open, StoreOpenError when it cannot be opened for another reason.
 */
export async function openInstance(
  file: string,
  title: string,
  memoryLimitMb = DEFAULT_MEMORY_LIMIT_MB,
): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.create(file, {
      memory_limit: `${memoryLimitMb}MB`,
      threads: String(THREADS),
      // Nothing is ever fetched from the network.
      autoinstall_known_extensions: 'false',
      // Without a file it would sort what does not fit into memory in the working directory.
      ...(file === ':memory:' && { temp_directory: join(tmpdir(), `neuraltrade-sort-${process.pid}`) }),
    });
  } catch (error) {
    throw openError(title, textOf(error));
  }
}

function openError(title: string, text: string): StoreOpenError {
  if (!/could not set lock|conflicting lock/i.test(text)) {
    return new StoreOpenError(`${title} cannot be opened: ${text}`);
  }
  const owner = /\(PID (\d+)\)/.exec(text)?.[1];
  return new FileInUseError(
    `${title} is in use by another process${owner ? ` (pid ${owner})` : ''}. ` +
      'Stop that one, or choose another data directory.',
  );
}
