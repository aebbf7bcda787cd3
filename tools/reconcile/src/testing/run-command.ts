import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../..');

/** One line of standard output. */
export type OutputLine = Readonly<Record<string, unknown>>;

/** How a run ended. */
export interface Outcome {
  /** Exit code. */
  readonly code: number | null;
  /** The lines of standard output. */
  readonly lines: readonly OutputLine[];
  /** Standard output that is no JSON (the help text). */
  readonly text: string;
  /** Standard error. */
  readonly said: string;
}

/** Builds the command and runs it as a user does. */
export function buildAndReconcile(args: readonly string[]): Promise<Outcome> {
  return run(['tools/run.mjs', 'tools/reconcile', ...args], {});
}

/** Runs the command that was built. */
export function reconcile(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return run(['dist/tools/reconcile/main.cjs', ...args], env);
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd: ROOT, env });
    let [out, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (out += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (said += piece));
    child.on('error', reject).on('close', (code) => {
      const lines = out.split('\n').filter((line) => line.startsWith('{'));
      const text = out.split('\n').filter((line) => !line.startsWith('{'));
      resolve({
        code,
        lines: lines.map((line) => JSON.parse(line) as OutputLine),
        text: text.join('\n'),
        said,
      });
    });
  });
}

/** How often each class was printed. */
export function classCounts(lines: readonly OutputLine[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { class: name } of lines) if (typeof name === 'string') counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
