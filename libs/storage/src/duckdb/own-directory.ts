import { mkdir, realpath } from 'node:fs/promises';
import { textOf } from './access';
import { StoreOpenError } from './options';

/**
 * Directories that this process has open. DuckDB's own lock keeps other processes out but not this one: and asking the
 * file system here would release that lock, since a POSIX lock goes with the first descriptor that is closed.
 */
const openHere = new Set<string>();

/**
 * Takes a directory for this process, making it where there is none.
 * @param kind what it holds: 'store'.
 * @returns its real path, to be given to {@link disownDirectory}.
 * @throws StoreOpenError when it cannot be made, or this process has it already.
 */
export async function ownDirectory(path: string, kind: string): Promise<string> {
  let directory: string;
  try {
    await mkdir(path, { recursive: true });
    directory = await realpath(path);
  } catch (error) {
    throw new StoreOpenError(`The ${kind}'s directory ${path} cannot be made: ${textOf(error)}.`);
  }
  if (openHere.has(directory)) {
    throw new StoreOpenError(`The ${kind} in ${path} is open in this process already. Close it first.`);
  }
  openHere.add(directory);
  return directory;
}

/** Lets go of a directory. @param path as {@link ownDirectory} gave it. */
export function disownDirectory(path: string): void {
  openHere.delete(path);
}
