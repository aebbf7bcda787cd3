import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';

/** What a private infrastructure is reached by; the same over restarts, since the servers keep it in their data. */
export interface Credentials {
  /** The broker's user. */
  readonly user: string;
  /** The broker's password. */
  readonly password: string;
  /** The database's token. */
  readonly token: string;
}

/** Those that the directory keeps, made anew for a new one; only this user may read them. @throws ExpectedError when they cannot be read. */
export async function keptCredentials(directory: string): Promise<Credentials> {
  const file = join(directory, 'credentials.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Credentials;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new ExpectedError(`${file} cannot be read. Remove ${directory} to begin with empty servers.`);
    }
  }
  const fresh = {
    user: 'neuraltrade',
    password: randomBytes(18).toString('base64url'),
    token: randomBytes(32).toString('base64url'),
  };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify(fresh), { mode: 0o600 });
  return fresh;
}
