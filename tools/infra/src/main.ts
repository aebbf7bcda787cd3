import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  infraDirectory,
  type InfraEnv,
  infraAnswers,
  isTaken,
  missingServices,
  readInfraEnv,
  removeInfraEnv,
  startInflux,
  startRabbitMq,
  writeInfraEnv,
} from '@neuraltrade/infra';
import { ExpectedError, readFlags, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { keptCredentials } from './credentials';

const HELP = `Starts a private RabbitMQ and a private InfluxDB for local work.

  npm run infra        prints the environment that services need; Ctrl-C stops both
  npm run serve        in another terminal: every service as a process of its own, against them

  --data-dir DIR       where programs keep their data: DIR/infra (DATA_DIR, data); containers begin empty
  --amqp-port N        port of RabbitMQ, default any free one
  --influx-port N      port of InfluxDB, default any free one
  --retention DAYS     how long InfluxDB keeps data, default for ever; counts at the first start only
  --fresh true         begin with empty servers
  --help               this text

In a container where an engine such as Docker answers, else from rabbitmq-server and from influxd (INFLUXD_BIN, PATH).
Programs listen on 127.0.0.1 only; the ports of containers are published on every interface of the machine.
`;

interface Wish {
  readonly directory: string;
  readonly amqpPort: number;
  readonly influxPort: number;
  readonly retentionSeconds: number;
  readonly fresh: boolean;
}

async function main(): Promise<void> {
  const { env } = process;
  const { help, values } = readFlags(process.argv.slice(2), [
    'data-dir',
    'amqp-port',
    'influx-port',
    'retention',
    'fresh',
  ]);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const number = (flag: 'amqp-port' | 'influx-port' | 'retention', most: number): number => {
    const value = Number(values[flag] ?? 0);
    if (Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw new ExpectedError(`--${flag} must be a whole number from 0 to ${most}.`, USAGE_EXIT_CODE);
  };
  await run({
    directory: infraDirectory(
      resolve(env['INIT_CWD'] ?? '.', values['data-dir'] ?? (env['DATA_DIR'] || 'data')),
    ),
    amqpPort: number('amqp-port', 65_535),
    influxPort: number('influx-port', 65_535),
    retentionSeconds: number('retention', 36_500) * 86_400,
    fresh: values.fresh === 'true',
  });
}

async function run({ directory, amqpPort, influxPort, retentionSeconds, fresh }: Wish): Promise<void> {
  const stopped = stopSignal();
  await refuseSecond(directory);
  const faults = [
    ...(await missingServices(process.env)),
    ...(await takenPorts({ 'amqp-port': amqpPort, 'influx-port': influxPort })),
  ];
  if (faults.length > 0) throw new ExpectedError(faults.join('\n'));
  if (fresh) await rm(directory, { recursive: true, force: true });
  const { user, password, token } = await keptCredentials(directory);
  const { env } = process;
  process.stderr.write('Starting RabbitMQ and InfluxDB...\n');
  const starting = await Promise.allSettled([
    startRabbitMq({
      env,
      port: amqpPort,
      credentials: { user, password },
      dataDir: join(directory, 'rabbitmq'),
    }),
    startInflux({ env, port: influxPort, token, retentionSeconds, dataDir: join(directory, 'influxdb') }),
  ]);
  const [rabbitMq, influx] = starting;
  const servers = starting.flatMap((server) => (server.status === 'fulfilled' ? [server.value] : []));
  try {
    if (rabbitMq.status === 'rejected' || influx.status === 'rejected') {
      throw new ExpectedError(
        starting
          .flatMap((server) => (server.status === 'rejected' ? [sentence(server.reason)] : []))
          .join('\n'),
      );
    }
    const told: InfraEnv = {
      AMQP_URLS: rabbitMq.value.urls.join(','),
      INFLUX_URL: influx.value.url,
      INFLUX_ORG: influx.value.org,
      INFLUX_BUCKET: influx.value.bucket,
      INFLUX_TOKEN: influx.value.token,
    };
    await writeInfraEnv(directory, told);
    for (const [name, value] of Object.entries(told)) process.stdout.write(`export ${name}='${value}'\n`);
    process.stderr.write('Both are running; npm run serve finds them by itself. Ctrl-C stops them.\n');
    await stopped;
    process.stderr.write('Stopping...\n');
  } finally {
    await removeInfraEnv(directory);
    await Promise.all(servers.map((server) => server.dispose()));
  }
}

/** Two brokers on one data directory would be one too many. */
async function refuseSecond(directory: string): Promise<void> {
  const told = await readInfraEnv(directory);
  if (told !== null && (await infraAnswers(told)))
    throw new ExpectedError(`npm run infra runs already, with its data in ${directory}.`);
}

/** A server that cannot have its port takes long to say so, and says it in its own words. */
async function takenPorts(ports: Readonly<Record<string, number>>): Promise<string[]> {
  const faults: string[] = [];
  for (const [flag, port] of Object.entries(ports)) {
    if (port !== 0 && (await isTaken(port)))
      faults.push(
        `Port ${port} is in use by another process. Give --${flag} another one (0 takes any free one).`,
      );
  }
  return faults;
}

/** npm passes on a Ctrl-C that the terminal has sent already: a repeated signal must not end this before the servers. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().catch((error: unknown) => {
  if (!(error instanceof ExpectedError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
});
