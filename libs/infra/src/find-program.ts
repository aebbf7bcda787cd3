import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The environment of the process that starts a server: PATH is searched, and servers inherit it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Looks for a program in further folders, then on PATH.
 * @returns its path; null when it is nowhere.
 */
export function findProgram(name: string, env: Environment, folders: readonly string[] = []): string | null {
  for (const folder of [...folders, ...(env['PATH'] ?? '').split(delimiter)]) {
    if (folder === '') continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return null;
}
