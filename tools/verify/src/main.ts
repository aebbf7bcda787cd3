import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ExpectedError, leaveOnOutputFault } from '@neuraltrade/service';
import { HELP, readPlan } from './arguments';
import { SERVICE_PROJECTS, ServicesTarget } from './services-target';
import { StandaloneTarget } from './standalone-target';
import { verify } from './verify';

/** The bundle lies in dist/tools/verify. */
const ROOT = resolve(__dirname, '../../..');
const run = promisify(execFile);
const PROJECTS = { standalone: ['apps/standalone'], services: SERVICE_PROJECTS };

async function main(): Promise<number> {
  const plan = readPlan(process.argv.slice(2));
  if (plan === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  await Promise.all(['tools/simulate', ...PROJECTS[plan.target]].map(build));
  const directory = takeDirectory(plan.dataDir);
  const env: Record<string, string> = { ...stringsOf(process.env) };
  const { symbols } = plan;
  const timeframes = plan.timeframes.map(({ name }) => name).join(',');
  const Pipeline = plan.target === 'services' ? ServicesTarget : StandaloneTarget;
  const target = new Pipeline({ root: ROOT, directory, symbols, timeframes, env });
  const { result, faults } = await verify({ plan, root: ROOT, directory, env, target, say }).catch(
    (error: unknown) => {
      say(`Logs are in ${directory}.`);
      throw error;
    },
  );
  process.stdout.write(`${JSON.stringify(result)}\n`);
  for (const sentence of faults) say(`FAILED: ${sentence}`);
  if (faults.length === 0) say('Everything that was sent is stored, once and right.');
  if (plan.dataDir === undefined && faults.length === 0) rmSync(directory, { recursive: true });
  else say(`Logs, truth and store are in ${directory}.`);
  return faults.length === 0 ? 0 : 1;
}

async function build(project: string): Promise<void> {
  await run(process.execPath, [join(ROOT, 'tools/bundle.mjs'), project]).catch(
    (error: { stderr?: string }) => {
      throw new ExpectedError(`${project} cannot be built: ${String(error.stderr ?? '').trim()}`);
    },
  );
}

function takeDirectory(asked: string | undefined): string {
  if (asked === undefined) return mkdtempSync(join(tmpdir(), 'neuraltrade-verify-'));
  const directory = resolve(process.env['INIT_CWD'] ?? '.', asked);
  mkdirSync(directory, { recursive: true });
  if (readdirSync(directory).length > 0)
    throw new ExpectedError(`${directory} is not empty: name another folder with --data-dir, or empty it.`);
  return directory;
}

function stringsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

leaveOnOutputFault();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof ExpectedError ? error.exitCode : 1);
  },
);
