import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What a running private infrastructure tells the services, as environment variables. */
export type InfraEnv = Readonly<Record<string, string>>;

const FILE = 'infra.env';
/** It holds passwords. */
const OWNER_ONLY = 0o600;

/** Where a private infrastructure keeps its data and tells its addresses, below DATA_DIR. */
export function infraDirectory(dataDir: string): string {
  return join(dataDir, 'infra');
}

/** Tells the services where the infrastructure is; only this user may read it. @param directory of the infrastructure. */
export async function writeInfraEnv(directory: string, env: InfraEnv): Promise<void> {
  const file = join(directory, FILE);
  await mkdir(dirname(file), { recursive: true });
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(file, lines.join(''), { mode: OWNER_ONLY });
}

/** What the running infrastructure told; null when none is running. @throws Error when its file cannot be read. */
export async function readInfraEnv(directory: string): Promise<InfraEnv | null> {
  try {
    const lines = (await readFile(join(directory, FILE), 'utf8'))
      .split('\n')
      .filter((line) => line.includes('='));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The infrastructure runs no more. */
export async function removeInfraEnv(directory: string): Promise<void> {
  await rm(join(directory, FILE), { force: true });
}

/** Whether the infrastructure that told these addresses answers: one that was killed leaves what it told behind. */
export async function infraAnswers(env: InfraEnv): Promise<boolean> {
  return fetch(`${env['INFLUX_URL'] ?? ''}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}
