import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const WORKSPACE = join(__dirname, '../../..');

/** The influx-sink as it is deployed, in a process of its own. */
export interface SinkProcess {
  /** Ticks that it has stored; 0 until it serves its metrics. @throws Error with its last words when it has ended. */
  storedTicks(): Promise<number>;
  /** The largest memory that it has had, bytes; null where the system does not tell. */
  peakRssBytes(): number | null;
  /** Stops it in order. */
  stop(): Promise<void>;
}

/** Builds its bundle. */
export async function buildSink(): Promise<void> {
  await promisify(execFile)(process.execPath, ['tools/bundle.mjs', 'apps/influx-sink'], { cwd: WORKSPACE });
}

/** Starts the bundle that was built. @param env its whole environment. */
export function startSink(env: Readonly<Record<string, string>>): SinkProcess {
  const child = spawn(process.execPath, ['dist/apps/influx-sink/main.cjs'], { cwd: WORKSPACE, env });
  let said = '';
  let port: string | undefined;
  const hear = (chunk: unknown): void => {
    said = `${said}${String(chunk)}`.slice(-4_000);
    port ??= /"port":(\d+)/.exec(said)?.[1];
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    async storedTicks() {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`The sink has ended. ${said}`);
      if (port === undefined) return 0;
      const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return Number(/^neuraltrade_batch_size_sum\{kind="ticks"\} (\d+)$/m.exec(page)?.[1] ?? 0);
    },
    peakRssBytes() {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
        return kilobytes === undefined ? null : Number(kilobytes) * 1_024;
      } catch {
        return null;
      }
    },
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}
