import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../log/file-segment';

/** What a file is called while it is written. */
export const UNFINISHED_SUFFIX = '.unfinished';

/** Gives a file new content, all of it or none. @throws when it could not be written; the file is as it was then. */
export async function replaceFile(path: string, content: Buffer, synced: boolean): Promise<void> {
  const unfinished = path + UNFINISHED_SUFFIX;
  try {
    const handle = await open(unfinished, 'w');
    try {
      await handle.writeFile(content);
      if (synced) await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  if (synced) await syncDirectory(dirname(path));
}
