import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candle } from '@neuraltrade/contracts';
import {
  readInfraEnv,
  sharedRabbitMq,
  whyNoInflux,
  whyNoRabbitMq,
  eventually,
  ServiceProcess,
} from '@neuraltrade/infra';
import { portVariable } from './services';

const SERVICES = [
  'adapter-binance',
  'adapter-bybit',
  'adapter-coinbase',
  'adapter-kraken',
  'processor',
  'backtester',
  'ml-engine',
  'signals',
  'influx-sink',
  'dashboard',
];
const VENUES = ['binance', 'bybit', 'coinbase', 'kraken'];

jest.setTimeout(90_000);
const why = sharedRabbitMq(process.env) === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);
if (why !== '') test.skip(`npm run infra and npm run serve (${why})`, () => undefined);
else describe('npm run infra and npm run serve', suite);

function suite(): void {
  const dataDir = mkdtempSync(join(tmpdir(), 'serve-spec-'));
  const started: ServiceProcess[] = [];
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? dataDir,
    TMPDIR: tmpdir(),
    DATA_DIR: dataDir,
    INFLUXD_BIN: process.env['INFLUXD_BIN'] ?? '',
    RABBITMQ_SERVER: process.env['RABBITMQ_SERVER'] ?? '',
    BACKFILL_MS: '600000',
    ...Object.fromEntries(SERVICES.map((name) => [portVariable(name), '0'])),
  };
  const run = (tool: 'tools/infra' | 'tools/serve', ...args: string[]): ServiceProcess => {
    const command = new ServiceProcess('tools/run.mjs', env, [tool, ...args]);
    started.push(command);
    return command;
  };
  const serve = (): ServiceProcess =>
    run('tools/serve', '--port', '0', '--rate', '40', '--seed', '1', '--symbols', 'BTC/USDT,BTC/USD');
  const says = async (command: ServiceProcess, text: string): Promise<void> => {
    await eventually(
      () => `${command.stdout}${command.stderr}`.includes(text),
      () => `'${text}'; it said: ${command.stdout.slice(-2_000)} ${command.stderr.slice(-2_000)}`,
      40_000,
    );
  };
  /** Pids that it has printed, by name. */
  const pidsOf = ({ stdout }: ServiceProcess): Map<string, number> =>
    new Map(
      [...stdout.matchAll(/^([a-z-]+): pid (\d+)$/gm)].map(([, name = '', pid]) => [name, Number(pid)]),
    );
  const allGone = async (pids: ReadonlyMap<string, number>): Promise<void> => {
    await eventually(() => [...pids.values()].every((pid) => !isAlive(pid)), 'the end of every service');
  };
  let infra: ServiceProcess;
  let serving: ServiceProcess;
  let told: Readonly<Record<string, string>>;

  beforeAll(async () => {
    infra = run('tools/infra');
    await says(infra, 'Both are running');
    told = (await readInfraEnv(join(dataDir, 'infra'))) ?? {};
    serving = serve();
    await says(serving, 'The dashboard is served. url=');
  });
  afterAll(async () => {
    for (const command of started.reverse()) await command.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('infra prints what services need, and a second one is refused before it starts anything', async () => {
    for (const name of ['AMQP_URLS', 'INFLUX_URL', 'INFLUX_ORG', 'INFLUX_BUCKET', 'INFLUX_TOKEN'])
      expect(infra.stdout).toContain(`export ${name}='${told[name] ?? 'nothing'}'\n`);
    const second = run('tools/infra');
    expect(await second.exit).toBe(1);
    expect(second.stderr).toBe(`npm run infra runs already, with its data in ${dataDir}/infra.\n`);
  });

  test('serve shows prices of all four venues', async () => {
    const url = /url=http:\/\/localhost:(\d+)/.exec(serving.stdout)?.[1] ?? '';
    let venues: string[] = [];
    await eventually(
      async () => {
        const answer = await fetch(`http://127.0.0.1:${url}/api/last-prices`);
        const prices = (await answer.json()) as { exchange: string; ageMs: number }[];
        venues = prices.filter(({ ageMs }) => ageMs < 60_000).map(({ exchange }) => exchange);
        return VENUES.every((venue) => venues.includes(venue));
      },
      () => `prices of all venues; there are those of ${venues.join(', ')}`,
    );
    expect([...pidsOf(serving).keys()].sort()).toEqual([...SERVICES, 'simulator'].sort());
    expect((await (await fetch(`http://127.0.0.1:${url}/`)).text()).toUpperCase()).toContain('SIMULATED');
  });

  test('a dashboard that was started later has the candles of before from InfluxDB', async () => {
    const startedAt = Date.now();
    const dashboard = new ServiceProcess('dist/apps/dashboard/main.cjs', {
      ...told,
      PORT: '0',
      HTTP_PORT: '0',
      MODE: 'simulated',
    });
    started.push(dashboard);
    await dashboard.isReady();
    let candles: Candle[] = [];
    await eventually(
      async () => {
        const query = `exchange=kraken&symbol=BTC/USD&timeframe=1m&limit=100&before=${startedAt - 120_000}`;
        const answer = await fetch(`${dashboard.pageUrl ?? ''}/api/candles?${query}`);
        candles = (await answer.json()) as Candle[];
        return candles.length >= 5;
      },
      () => `candles of the past; there are ${candles.length}`,
    );
    expect(
      candles.every(({ state, timestamp }) => state !== 'partial' && timestamp < startedAt - 120_000),
    ).toBe(true);
    expect(await dashboard.stop()).toBe(0);
  });

  test('a second serve on a port in use is refused before it starts anything', async () => {
    const port = /url=http:\/\/localhost:(\d+)/.exec(serving.stdout)?.[1] ?? '';
    const second = run('tools/serve', '--port', port);
    expect(await second.exit).toBe(1);
    expect(second.stderr).toContain(`Port ${port} of the dashboard is in use`);
    expect(pidsOf(second).size).toBe(0);
  });

  test('one SIGTERM ends all services in their order with exit code 0 and leaves nothing behind', async () => {
    const pids = pidsOf(serving);
    expect(await serving.stop()).toBe(0);
    expect([...pids.values()].filter(isAlive)).toEqual([]);
    const stopped = [...serving.stdout.matchAll(/ ([a-z-]+) +info +stopped$/gm)].map(([, name]) => name);
    expect(stopped.slice(0, 4).sort()).toEqual(SERVICES.slice(0, 4));
    expect(stopped.slice(5, 7).sort()).toEqual(['backtester', 'ml-engine']);
    expect([stopped[4], ...stopped.slice(7)]).toEqual(['processor', 'signals', 'influx-sink', 'dashboard']);
    expect(serving.stdout).not.toContain('has ended');
    expect(serving.stderr).toBe('');
  });

  test('a service that is killed is reported at once, and a serve that is killed leaves no service', async () => {
    const again = serve();
    await eventually(() => pidsOf(again).size === SERVICES.length + 1, 'the services');
    const pids = pidsOf(again);
    process.kill(pids.get('processor') ?? 0, 'SIGKILL');
    await says(again, `processor (pid ${pids.get('processor')}) has ended by SIGKILL. The others go on.`);
    await again.stop('SIGKILL');
    await allGone(pids);
  });

  test('infra stops both servers on SIGTERM, keeps their data, and serve then says what is missing', async () => {
    expect(await infra.stop()).toBe(0);
    for (const address of [told['AMQP_URLS'], told['INFLUX_URL']])
      expect(await listens(address ?? '')).toBe(false);
    expect(readdirSync(join(dataDir, 'infra')).sort()).toEqual(['credentials.json', 'influxdb', 'rabbitmq']);
    const lonely = run('tools/serve');
    expect(await lonely.exit).toBe(1);
    expect(lonely.stderr).toContain('Run npm run infra in another terminal, or set AMQP_URLS');
  });

  test('infra names every server that cannot be had here, and starts none', async () => {
    env['INFLUXD_BIN'] = join(dataDir, 'no-influxd');
    const lacking = run('tools/infra');
    expect(await lacking.exit).toBe(1);
    expect(lacking.stderr).toBe(
      `INFLUXD_BIN names ${env['INFLUXD_BIN']}, which is no program. Set it to the path of influxd, or unset it.\n`,
    );
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function listens(address: string): Promise<boolean> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
