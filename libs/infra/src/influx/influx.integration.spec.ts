import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Influx, type InfluxOptions, startInflux, whyNoInflux } from './index';

const why = whyNoInflux(process.env);

if (why !== '') test.skip(`a private InfluxDB (${why})`, () => undefined);
else describe('a private InfluxDB', suite);

function suite(): void {
  const running: Influx[] = [];
  afterEach(async () => {
    for (const influx of running.splice(0)) await influx.dispose();
  });

  async function start(options: Partial<InfluxOptions> = {}): Promise<Influx> {
    const influx = await startInflux({ env: process.env, ...options });
    running.push(influx);
    return influx;
  }

  function buckets({ url, org }: Influx, token: string): Promise<Response> {
    const headers = { authorization: `Token ${token}` };
    return fetch(`${url}/api/v2/buckets?org=${org}`, { headers });
  }

  async function retentionOf(influx: Influx): Promise<number> {
    const answer = await buckets(influx, influx.token);
    const { buckets: found } = (await answer.json()) as {
      readonly buckets: readonly {
        readonly name: string;
        readonly retentionRules: { everySeconds: number }[];
      }[];
    };
    return found.find(({ name }) => name === influx.bucket)?.retentionRules[0]?.everySeconds ?? -1;
  }

  test('is set up with organisation, bucket, retention and a token of its own', async () => {
    const one = await start({ retentionSeconds: 7_200, org: 'desk', bucket: 'ticks' });
    const other = await start();
    expect(await retentionOf(one)).toBe(7_200);
    expect(await retentionOf(other)).toBe(0);
    expect(one.url).not.toBe(other.url);
    expect((await buckets(one, other.token)).status).toBe(401);
  });

  test('keeps address, token and data over a stop, a kill and a freeze', async () => {
    const influx = await start();
    const write = async (): Promise<number> => {
      const answer = await fetch(`${influx.url}/api/v2/write?org=${influx.org}&bucket=${influx.bucket}`, {
        method: 'POST',
        headers: { authorization: `Token ${influx.token}` },
        body: 'm v=1',
        signal: AbortSignal.timeout(500),
      }).catch(() => null);
      return answer?.status ?? 0;
    };
    expect(await write()).toBe(204);
    await influx.stop();
    expect(await write()).toBe(0);
    await influx.start();
    await influx.kill();
    await influx.start();
    expect(await write()).toBe(204);
    await influx.freeze();
    expect(await write()).toBe(0);
    await influx.thaw();
    expect(await write()).toBe(204);
  });

  test('leaves nothing behind, a data directory of the caller aside, which a later start goes on with', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-influx-test-'));
    const env = { ...process.env, TMPDIR: scratch };
    try {
      const dataDir = join(scratch, 'influx');
      const first = await startInflux({ env, dataDir, token: 'kept-token', from: 'native' });
      await first.dispose();
      expect(readdirSync(scratch)).toEqual(['influx']);
      expect(existsSync(join(dataDir, 'influxd.bolt'))).toBe(true);
      const second = await start({ env, dataDir, token: 'kept-token', from: 'native' });
      expect((await buckets(second, 'kept-token')).status).toBe(200);
    } finally {
      for (const influx of running.splice(0)) await influx.dispose();
      rmSync(scratch, { recursive: true, force: true });
    }
  });

  test('says what is missing, and what a program that is no server said', async () => {
    await expect(startInflux({ env: { PATH: '/nowhere' }, from: 'native' })).rejects.toMatchObject({
      name: 'MissingServiceError',
      message: expect.stringContaining('put it on PATH or name it in INFLUXD_BIN') as unknown,
    });
    await expect(startInflux({ env: { INFLUXD_BIN: '/bin/ls' } })).rejects.toThrow(
      /^influxd \(\/bin\/ls\) ended while starting\. It said: .*unrecognized option/s,
    );
    await expect(startInflux({ env: { INFLUXD_BIN: '/no/such/file' } })).rejects.toThrow(
      'INFLUXD_BIN names /no/such/file, which is no program.',
    );
  });
}
