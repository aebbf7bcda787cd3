import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Finding } from './finding';

const OLDEST_NODE = [20, 20] as const;
const LOW_DISK_BYTES = 2_000_000_000;
const LEAST_DISK_BYTES = 200_000_000;

/** Whether this Node can run the pipeline. @param version as process.versions.node has it. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const oldEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  return oldEnough
    ? { check: 'node', verdict: 'ok', sentence: `Node ${version}.` }
    : {
        check: 'node',
        verdict: 'fault',
        sentence: `Node ${version} is too old: install ${OLDEST_NODE.join('.')} or newer (nvm use reads .nvmrc).`,
      };
}

/** Whether the data directory can be written and how much room it has. */
export async function checkDataDirectory(directory: string): Promise<Finding[]> {
  const probe = join(directory, `.doctor-${process.pid}`);
  try {
    await mkdir(directory, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const sentence = `${directory} cannot be written (${code}): choose another one with --data-dir or DATA_DIR.`;
    return [{ check: 'data directory', verdict: 'fault', sentence }];
  }
  const { bavail, bsize } = await statfs(directory);
  return [
    { check: 'data directory', verdict: 'ok', sentence: `${directory} can be written.` },
    judgeDisk(bavail * bsize),
  ];
}

/** @param freeBytes what is left on the disk of the data directory. */
export function judgeDisk(freeBytes: number): Finding {
  const free = `${(freeBytes / 1e9).toFixed(1)} GB are free`;
  if (freeBytes < LEAST_DISK_BYTES) {
    return { check: 'disk', verdict: 'fault', sentence: `${free}: the store will stop soon. Make room.` };
  }
  if (freeBytes < LOW_DISK_BYTES)
    return { check: 'disk', verdict: 'note', sentence: `${free}: little for a long run.` };
  return { check: 'disk', verdict: 'ok', sentence: `${free}.` };
}

/** Whether the dashboard can listen. */
export function checkPort(host: string, port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${error.code ?? error.message})`;
      const sentence = `Port ${port} on ${host} ${why}: stop what uses it or choose another one with --port.`;
      resolve({ check: 'port', verdict: 'fault', sentence });
    });
    server.listen({ host, port }, () => {
      server.close(() =>
        resolve({ check: 'port', verdict: 'ok', sentence: `Port ${port} on ${host} is free.` }),
      );
    });
  });
}
