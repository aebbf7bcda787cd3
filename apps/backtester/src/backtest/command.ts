import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { RetryableError } from '@neuraltrade/contracts';
import { type Env, ExpectedError } from '@neuraltrade/service';
import { writeReport } from '../report/page-files';
import { readArguments } from './arguments';
import { resultDocument } from './document';
import { helpText } from './help';
import { Progress } from './progress';
import type { BacktestRequest } from './request';
import { runRequest } from './run-request';

/** What the command runs in. */
export interface CommandDeps {
  /** The arguments without node and script. */
  readonly args: readonly string[];
  /** The environment. */
  readonly env: Env;
  /** The script of this process, which threads of a grid run, too. */
  readonly script: string;
}

/** Runs the command; the exit code. */
export async function backtest({ args, env, script }: CommandDeps): Promise<number> {
  try {
    const workingDirectory = env['INIT_CWD'] ?? process.cwd();
    const request = readArguments(args, availableParallelism(), (path) => resolve(workingDirectory, path));
    if (request.help) await print(helpText());
    else await run(request, env, script);
    return 0;
  } catch (error) {
    const expected = error instanceof ExpectedError;
    if (!expected && !(error instanceof RetryableError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return expected ? error.exitCode : 1;
  }
}

async function run(request: BacktestRequest, env: Env, script: string): Promise<void> {
  const progress = new Progress(process.stderr);
  const result = await runRequest(request, env, script, progress);
  if (request.report !== null) {
    await writeReport(request.report, result, join(dirname(script), 'page'));
    process.stderr.write(`The report is in ${request.report}.\n`);
  }
  await print(`${JSON.stringify(resultDocument(result), null, 2)}\n`);
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
