import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Result } from '../verify';

const ROOT = join(__dirname, '../../../..');
/** Short waits everywhere: what is waited for is the same. */
const QUICK = {
  RECONNECT_BASE_MS: '100',
  RECONNECT_MAX_MS: '500',
  AMQP_RECONNECT_BASE_MS: '100',
  AMQP_RECONNECT_MAX_MS: '500',
  AMQP_HEARTBEAT_S: '2',
  MAX_RETRY_DELAY_MS: '500',
  WRITE_FLUSH_MS: '250',
  CHECKPOINT_INTERVAL_MS: '300',
  LOG_LEVEL: 'warn',
};

/** What the command came to. */
export interface VerifyRun {
  /** Its exit code. */
  readonly code: number | null;
  /** What it told people. */
  readonly stderr: string;
  /** What it printed, as text. */
  readonly stdout: string;
  /** What it printed. */
  readonly result: Result;
}

/** Runs `npm run verify` with these arguments to its end. @param env more of its environment. */
export function runVerify(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<VerifyRun> {
  const { PATH, INFLUXD_BIN, RABBITMQ_SERVER } = process.env;
  const child = spawn(process.execPath, ['tools/run.mjs', 'tools/verify', ...args], {
    cwd: ROOT,
    // A variable that is undefined here is not there for the child.
    env: { PATH, INFLUXD_BIN, RABBITMQ_SERVER, ...QUICK, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) =>
    child.on('close', (code) =>
      resolve({ code, stdout, stderr, result: (stdout === '' ? {} : JSON.parse(stdout)) as Result }),
    ),
  );
}
