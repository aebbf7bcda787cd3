import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const WORKSPACE = join(__dirname, '../../..');

/** A service as it is deployed, in a process of its own. */
export interface ServiceProcess {
  /** Its process id. */
  readonly pid: number;
  /** Where its health is; null until it is served. @throws Error with its last words when it has ended. */
  url(): string | null;
  /** Where people reach it; null until it is told, and for a service without a page. */
  pageUrl(): string | null;
  /** Stops it in order. */
  stop(): Promise<void>;
}

/** Builds the bundle of a service ('influx-sink'). */
export async function buildService(name: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['tools/bundle.mjs', `apps/${name}`], { cwd: WORKSPACE });
}

/** Starts the bundle that was built. @param env its whole environment. */
export function startService(name: string, env: Readonly<Record<string, string>>): ServiceProcess {
  const child = spawn(process.execPath, [`dist/apps/${name}/main.cjs`], { cwd: WORKSPACE, env });
  let said = '';
  let port: string | undefined;
  let pagePort: string | undefined;
  const hear = (chunk: unknown): void => {
    said = `${said}${String(chunk)}`.slice(-4_000);
    port ??= /"port":(\d+)/.exec(said)?.[1];
    pagePort ??= /"url":"http:\/\/localhost:(\d+)/.exec(said)?.[1];
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    pid: child.pid ?? 0,
    url() {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} has ended. ${said}`);
      return port === undefined ? null : `http://127.0.0.1:${port}`;
    },
    pageUrl: () => (pagePort === undefined ? null : `http://127.0.0.1:${pagePort}`),
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
