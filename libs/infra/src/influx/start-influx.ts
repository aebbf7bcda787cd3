import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, InfluxdProcess } from './influxd-process';
import type { InfluxOptions, InfluxServer } from './influx-server';

/** Name and password that the first user gets; the token is what programs use. */
const USER = 'neuraltrade';

/**
 * Starts a native InfluxDB 2 of its own on 127.0.0.1 and sets organisation, bucket and token up; in a directory that was set
 * up before, those of the first start stay, so the same token must be given.
 * @throws Error with a sentence that holds what the server said.
 */
export async function startInflux(options: InfluxOptions): Promise<InfluxServer> {
  const { binary, org = 'neuraltrade', bucket = 'market_data', retentionSeconds = 0 } = options;
  const token = options.token ?? randomBytes(32).toString('hex');
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'neuraltrade-influx-'));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const port = options.port === undefined || options.port === 0 ? await freePort() : options.port;
  const influxd = new InfluxdProcess(binary, directory, port);
  const dispose = async (): Promise<void> => {
    await influxd.kill();
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  };
  try {
    await influxd.start();
    await setUp(influxd.url, { org, bucket, token, retentionSeconds });
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    url: influxd.url,
    token,
    org,
    bucket,
    start: () => influxd.start(),
    stop: () => influxd.stop(),
    kill: () => influxd.kill(),
    freeze: () => Promise.resolve(influxd.signal('SIGSTOP')),
    thaw: () => Promise.resolve(influxd.signal('SIGCONT')),
    dispose,
  };
}

interface FirstSetup {
  readonly org: string;
  readonly bucket: string;
  readonly token: string;
  readonly retentionSeconds: number;
}

async function setUp(url: string, { org, bucket, token, retentionSeconds }: FirstSetup): Promise<void> {
  const status = await fetch(`${url}/api/v2/setup`);
  const { allowed } = (await status.json()) as { readonly allowed: boolean };
  if (!allowed) return;
  const answer = await fetch(`${url}/api/v2/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username: USER,
      password: randomBytes(16).toString('hex'),
      org,
      bucket,
      token,
      retentionPeriodSeconds: retentionSeconds,
    }),
  });
  if (!answer.ok) throw new Error(`InfluxDB could not be set up: ${await answer.text()}`);
  await answer.arrayBuffer();
}
