import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Candle } from '@neuraltrade/contracts';
import { venues } from '@neuraltrade/venues';
import { compareCandlesWithTicks } from './testing/stored-candles';
import {
  type Ending,
  eventually,
  getJson,
  StandaloneProcess,
  temporaryDirectory,
} from './testing/standalone-process';

interface Price {
  exchange: string;
  symbol: string;
  last: number;
}
interface Readiness {
  ready: boolean;
  checks: { name: string; ok: boolean; reason: string }[];
}

/** How often the pipeline is killed. The test run of every day kills it in `npm run verify`; the long one here, venues and all. */
const KILLS = Number(process.env['STANDALONE_KILLS'] ?? 0);
// Each test waits for conditions with deadlines of their own; this bound only ends a hang.
jest.setTimeout(120_000 + KILLS * 40_000);

describe('npm start', () => {
  let data: ReturnType<typeof temporaryDirectory>;
  const running: StandaloneProcess[] = [];

  beforeEach(() => {
    data = temporaryDirectory();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((process) => process.stop('SIGKILL')));
    data.remove();
  });

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}): StandaloneProcess => {
    const process = new StandaloneProcess(
      [...(args.includes('--port') ? [] : ['--port', '0']), '--data-dir', data.path, ...args],
      // The six hours of every day are another subject, and take long to fetch.
      { BACKFILL_MS: '600000', ...env },
    );
    running.push(process);
    return process;
  };
  const candlesOf = async (url: string, exchange: string): Promise<Candle[]> => {
    const query = new URLSearchParams({ exchange, symbol: 'BTC/USDT', timeframe: '1m', limit: '100' });
    const { status, body } = await getJson<Candle[]>(`${url}/api/candles?${query.toString()}`);
    return status === 200 ? body : [];
  };
  const endedWell = ({ code, stdout, stderr }: Ending): void => {
    expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(code).toBe(0);
  };

  it('shows candles of every venue from the simulator and is ready', async () => {
    const process = start([]);
    const url = await process.url();
    for (const { name } of venues) {
      await eventually(
        async () => ((await candlesOf(url, name)).length > 0 ? true : undefined),
        `a candle of ${name}`,
      );
    }
    const readiness = await eventually(async () => {
      const { status, body } = await getJson<Readiness>(`${url}/health/ready`);
      return status === 200 ? body : undefined;
    }, 'readiness');
    expect(readiness.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['bus', 'store', 'processor', 'kraken']),
    );
    await eventually(async () => {
      const { body: prices } = await getJson<Price[]>(`${url}/api/last-prices`);
      return venues.every(({ name }) => prices.some(({ exchange }) => exchange === name)) ? true : undefined;
    }, 'a price of every venue');
    const services = [...venues.map(({ name }) => `adapter-${name}`), 'processor', 'ml-engine', 'signals'];
    await eventually(async () => {
      const { body } = await getJson<{ components: { component: string }[] }>(`${url}/api/pipeline`);
      const told = body.components.map(({ component }) => component);
      return services.every((name) => told.includes(name)) ? true : undefined;
    }, 'every service to tell of itself');
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/neuraltrade_ticks_received_total\{exchange="binance"\} [1-9]/);
    const pipeline = await eventually(async () => {
      const { body } = await getJson<Record<string, unknown>>(`${url}/api/pipeline`);
      return Object.values(body).includes(null) ? undefined : body;
    }, 'every figure of the pipeline');
    expect(pipeline).toMatchObject({
      mode: 'simulated',
      exchangeToReceive: { p50Ms: expect.any(Number) as number },
      receiveToGateway: { p99Ms: expect.any(Number) as number },
      dropped: 0,
      parked: 0,
    });
    endedWell(await process.stop());
  });

  it('goes on with its candles after a restart: nothing stored is lost, and the open one keeps what it had', async () => {
    const settings = { BACKFILL_MS: '0' };
    const first = start(['--rate', '200'], settings);
    const before = await eventually(async () => {
      const candles = await candlesOf(await first.url(), 'kraken');
      return candles.find(({ trades }) => trades > 20);
    }, 'a candle with 20 trades');
    endedWell(await first.stop());
    const second = start(['--rate', '200'], settings);
    const after = await eventually(async () => {
      const candles = await candlesOf(await second.url(), 'kraken');
      return candles.find(({ timestamp }) => timestamp === before.timestamp);
    }, 'the candle of the first run');
    expect(after.trades).toBeGreaterThanOrEqual(before.trades);
    expect(after.open).toBe(before.open);
    expect(after.high).toBeGreaterThanOrEqual(before.high);
    endedWell(await second.stop());
  });

  it('ends by itself after --duration', async () => {
    endedWell(await start(['--duration', '1s']).end());
  });

  it('replays a capture: its trades on the page, a line per venue, a malformed line named', async () => {
    const capture = join(data.path, 'capture.jsonl');
    const frame = (id: number, recvMs: number): string =>
      JSON.stringify({
        venue: 'binance',
        recv_ms: recvMs,
        frame: {
          e: 'trade',
          E: recvMs - 4,
          s: 'BTCUSDT',
          t: id,
          p: '100.50',
          q: '0.25',
          T: recvMs - 5,
          m: false,
          M: true,
        },
      });
    const at = 1_750_000_021_000;
    writeFileSync(
      capture,
      [frame(7, at), 'no json', frame(8, at + 30_000), frame(9, at + 61_000)].join('\n'),
    );
    const process = start(['--replay', capture]);
    await process.says('binance: 3 trades, 5 candles; 3 frames: trade 3');
    await process.says('capture.jsonl line 2 is not JSON');
    const url = await process.url();
    const candles = await candlesOf(url, 'binance');
    expect(candles.map(({ trades, volume, state }) => [trades, volume, state])).toEqual([
      [2, 0.5, 'final'],
      [1, 0.25, 'final'],
    ]);
    expect((await getJson<{ mode: string }>(`${url}/api/pipeline`)).body.mode).toBe('replay');
    endedWell(await process.stop());
  });

  it('says that live venues cannot be reached, keeps trying and stays not ready', async () => {
    const nowhere = Object.fromEntries(
      venues.flatMap(({ name }) => [
        [`${name.toUpperCase()}_WS_URL`, 'ws://127.0.0.1:1'],
        [`${name.toUpperCase()}_REST_URL`, 'http://127.0.0.1:1'],
      ]),
    );
    const process = start(['--live'], nowhere);
    const url = await process.url();
    for (const { title } of venues) await process.logs(`${title} cannot be reached`);
    const { status, body } = await getJson<Readiness>(`${url}/health/ready`);
    expect(status).toBe(503);
    expect(body.checks.find(({ name }) => name === 'binance')?.reason).toContain('cannot be reached');
    endedWell(await process.stop());
  });

  it.each([
    ['an unknown flag', ['--rat', '5'], {}, 78, "'--rat'"],
    [
      'settings that make no sense, all of them at once',
      ['--rate', 'fast'],
      { PARTITIONS: '0' },
      78,
      'PARTITIONS must be',
    ],
    [
      'a duration that no timer can wait for',
      ['--duration', '600h'],
      {},
      78,
      '--duration must be 596h at most',
    ],
    ['a flag without effect', ['--live', '--rate', '5'], {}, 78, '--rate has no effect on a live market'],
    ['a flag given twice', ['--port', '0', '--port', '1'], {}, 78, '--port is given twice'],
    ['an empty flag', ['--symbols', ''], {}, 78, '--symbols is given without a value'],
    ['a symbol of another form', ['--symbols', 'btc-usdt'], {}, 78, '--symbols must be'],
    [
      'a capture that does not exist',
      ['--replay', '/nowhere/capture.jsonl'],
      {},
      1,
      '/nowhere/capture.jsonl',
    ],
    ['a symbol that no venue lists', ['--symbols', 'NOSUCH/COIN'], {}, 78, 'NOSUCH/COIN'],
  ])('refuses %s with a sentence and no stack trace', async (_, args, env, code, words) => {
    const ending = await start(args, env).end();
    expect(ending.stderr).toContain(words);
    expect(ending.stderr).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(ending.code).toBe(code);
  });

  it('refuses a data directory that another instance has open, with a sentence that names it', async () => {
    const settings = { BACKFILL_MS: '0' };
    const first = start([], settings);
    await first.url();
    const ending = await start([], settings).end();
    expect(ending.stderr).toContain(data.path);
    expect(`${ending.stdout}${ending.stderr}`).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(ending.stdout).not.toContain('"stack"');
    expect(ending.code).toBe(1);
    endedWell(await first.stop());
  });

  const killAgain = async (): Promise<void> => {
    const settings = { BACKFILL_MS: '0', TIMEFRAMES: '1s,1m' };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const killed = start(['--rate', '300'], settings);
      const url = await killed.url();
      await eventually(async () => {
        const { body } = await getJson<{ components: { component: string; figures: { trades?: number } }[] }>(
          `${url}/api/pipeline`,
        );
        const processor = body.components.find(({ component }) => component === 'processor');
        return (processor?.figures.trades ?? 0) > 600 ? true : undefined;
      }, '600 trades');
      await killed.stop('SIGKILL');
    }
    const last = start(['--rate', '300'], settings);
    await last.url();
    await eventually(
      async () => {
        const { body } = await getJson<{ openGaps: number; uptimeMs: number }>(
          `${await last.url()}/api/pipeline`,
        );
        return body.openGaps === 0 && body.uptimeMs > 5_000 ? true : undefined;
      },
      'every gap to be closed',
      // Each kill leaves one for every symbol, and each is fetched within the limits of its venue.
      90_000 + KILLS * 10_000,
    );
    endedWell(await last.stop());
    const { candles, different } = await compareCandlesWithTicks(join(data.path, 'simulated', 'store'));
    expect(candles).toBeGreaterThan(100);
    expect(different).toEqual([]);
  };
  if (KILLS > 0) it('keeps every trade and every candle exact when it is killed again and again', killAgain);

  it('names a port that is in use and what to do', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const ending = await start(['--port', String(port)]).end();
    await new Promise((resolve) => server.close(resolve));
    expect(ending.stderr).toContain(`${port}`);
    expect(ending.stderr).toMatch(/in use/);
    expect(ending.code).not.toBe(0);
  });
});
