import { join, resolve } from 'node:path';
import { infraAnswers, infraDirectory, isTaken, readInfraEnv } from '@neuraltrade/infra';
import { type Env, ExpectedError } from '@neuraltrade/service';
import { HELP, readArguments, type ServeRequest } from './arguments';
import { portVariable, servedApps } from './services';
import { simulatedMarket } from './simulated-market';
import { Supervisor } from './supervisor';

const WORKSPACE = join(__dirname, '../../..');
const SIMULATOR = 'simulator';
const DASHBOARD_PORT = 8_080;
/** npm passes on a Ctrl-C that the terminal has sent already: signals so close (ms) are one. */
const SAME_SIGNAL_MS = 1_000;

async function main(): Promise<void> {
  const request = readArguments(process.argv.slice(2));
  if (request.help) {
    process.stdout.write(HELP);
    return;
  }
  const env = await environment(request);
  await refuseTakenPort(env);
  const apps = servedApps(WORKSPACE);
  const supervisor = new Supervisor(
    (line) => process.stdout.write(`${line}\n`),
    [...apps.map(({ name }) => name), SIMULATOR],
  );
  stopOnSignals(supervisor);
  const market = request.live
    ? {}
    : await simulatedMarket(supervisor, command(SIMULATOR, 'tools/simulate', 9, env, request.simulator));
  for (const { name, project, stopStage } of apps) {
    supervisor.start(
      command(name, project, stopStage, { ...env, ...market, HTTP_PORT: env[portVariable(name)] }),
    );
  }
  await supervisor.allEnded();
  process.exitCode = supervisor.failed ? 1 : 0;
}

/** Broker and database are those that the environment names, else the private ones of npm run infra. */
async function environment({ env: flags }: ServeRequest): Promise<Env> {
  const env: Env = { ...process.env, ...flags };
  const own = ['AMQP_URLS', 'INFLUX_TOKEN'].filter((name) => env[name] || env[`${name}_FILE`]);
  if (own.length === 2) return env;
  const directory = infraDirectory(resolve(env['INIT_CWD'] ?? '.', env['DATA_DIR'] || 'data'));
  const infra = await readInfraEnv(directory);
  if (infra === null) {
    throw new ExpectedError(
      'There is no RabbitMQ and no InfluxDB to serve from. Run npm run infra in another terminal, or set AMQP_URLS, ' +
        'INFLUX_URL, INFLUX_TOKEN, INFLUX_ORG and INFLUX_BUCKET.',
    );
  }
  if (!(await infraAnswers(infra))) {
    throw new ExpectedError(
      `npm run infra has ended without stopping in order: nothing answers at ${infra['INFLUX_URL'] ?? ''}. Run it again.`,
    );
  }
  return { ...infra, ...env };
}

/** Most often another npm run serve or npm start: said before all the others are started beside it. */
async function refuseTakenPort(env: Env): Promise<void> {
  const port = Number(env['PORT'] || DASHBOARD_PORT);
  if (!Number.isInteger(port) || port <= 0 || port > 65_535 || !(await isTaken(port))) return;
  throw new ExpectedError(
    `Port ${port} of the dashboard is in use, perhaps by another npm run serve or npm start. ` +
      'Stop that process, or give --port another one (0 takes any free one).',
  );
}

function command(name: string, project: string, stopStage: number, env: Env, args: readonly string[] = []) {
  return {
    name,
    program: process.execPath,
    args: [join(WORKSPACE, 'tools/run.mjs'), project, ...args],
    env,
    stopStage,
  };
}

function stopOnSignals(supervisor: Supervisor): void {
  let firstAt: number | null = null;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (firstAt !== null && now - firstAt < SAME_SIGNAL_MS) return;
      if (firstAt === null) process.stdout.write('Stopping all services; Ctrl-C again ends them at once.\n');
      firstAt ??= now;
      void supervisor.stop();
    });
  }
}

main().catch((error: unknown) => {
  if (!(error instanceof ExpectedError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
});
