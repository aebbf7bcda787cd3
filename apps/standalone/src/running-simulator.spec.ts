import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Candle } from '@neuraltrade/contracts';
import { runningSimulator } from '@neuraltrade/venue-simulator';
import { venues } from '@neuraltrade/venues';
import { standaloneConfig } from './config';
import { eventually, getJson, StandaloneProcess, temporaryDirectory } from './testing/standalone-process';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '../../..');

/** `npm run simulate` as a child process. */
function simulate(): { child: ChildProcess; control: Promise<string> } {
  const child = spawn(process.execPath, ['tools/run.mjs', 'tools/simulate', '--history', '0s'], {
    cwd: ROOT,
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const control = eventually(() => /"control":"([^"]+)"/.exec(out)?.[1], 'the address of the simulator');
  return { child, control };
}

describe('npm start with SIMULATOR_URL', () => {
  let data: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => {
    data = temporaryDirectory();
  });
  afterEach(() => data.remove());
  const start = (url: string, args: readonly string[] = []): StandaloneProcess =>
    new StandaloneProcess(['--port', '0', '--data-dir', data.path, ...args], { SIMULATOR_URL: url });

  it('takes the venues of the simulator that runs there and leaves it running', async () => {
    const { child, control } = simulate();
    const standalone = start(await control);
    try {
      const url = await standalone.url();
      for (const { name } of venues) {
        await eventually(async () => {
          const query = new URLSearchParams({
            exchange: name,
            symbol: 'BTC/USDT',
            timeframe: '1m',
            limit: '5',
          });
          const { status, body } = await getJson<Candle[]>(`${url}/api/candles?${query.toString()}`);
          return status === 200 && body.length > 0 ? true : undefined;
        }, `a candle of ${name}`);
      }
      expect((await getJson<{ mode: string }>(`${url}/api/pipeline`)).body.mode).toBe('simulated');
      expect((await standalone.stop()).code).toBe(0);
      const { body } = await getJson<{ trades: number; violations: unknown[] }>(
        `${await control}/statistics`,
      );
      expect(body).toMatchObject({ violations: [] });
    } finally {
      await standalone.stop('SIGKILL');
      child.kill('SIGKILL');
    }
  });

  it.each([
    [['--rate', '5'], '--rate has no effect beside SIMULATOR_URL'],
    [['--seed', '5'], '--seed has no effect beside SIMULATOR_URL'],
    [['--live'], 'SIMULATOR_URL has no effect on a live market'],
  ])('refuses %j beside it', (args, words) => {
    expect(() => standaloneConfig({ SIMULATOR_URL: 'http://127.0.0.1:1' }, args)).toThrow(words);
  });

  it('says that nothing listens there, and ends', async () => {
    const ending = await start('http://127.0.0.1:1').end();
    const said = ending.stderr + ending.stdout;
    expect([ending.code, said]).toEqual([1, expect.stringContaining('cannot be reached')]);
    expect(said).not.toMatch(/\n\s+at .+:\d+:\d+/);
  });

  it('says that what listens there is no simulator', async () => {
    const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(runningSimulator(url)).rejects.toThrow('is no venue simulator');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
