import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../..');

/** How a run ended. */
export interface Outcome {
  /** Exit code. */
  readonly code: number | null;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly said: string;
}

/** Builds the command, as `npm run backtest` does each time. */
export function buildBacktest(): void {
  execFileSync(process.execPath, ['tools/bundle.mjs', 'tools/backtest'], { cwd: ROOT });
}

/** Runs the command that was built. @param directory what relative paths of the arguments are relative to. */
export function runBacktest(
  args: readonly string[],
  directory: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['dist/tools/backtest/main.cjs', ...args], {
      cwd: ROOT,
      env: { ...env, INIT_CWD: directory },
    });
    let [out, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    child.on('error', reject).on('close', (code) => resolve({ code, out, said }));
  });
}
