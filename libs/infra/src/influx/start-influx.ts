import { randomBytes } from 'node:crypto';
import { basename, dirname } from 'node:path';
import { type Environment, findProgram } from '../find-program';
import { freePorts } from '../free-port';
import { MissingServiceError } from '../missing-service-error';
import { containerEngine } from '../rabbitmq-container';
import { startInfluxContainer } from './influx-container';
import { startNativeInflux } from './influx-native';
import type { Influx, InfluxHost, InfluxOptions, InfluxSettings } from './influx-server';

const MISSING =
  'There is no InfluxDB 2: no container engine answers and influxd is not on PATH. ' +
  'Start Docker, or install influxd (InfluxDB OSS 2.7) and put it on PATH or name it in INFLUXD_BIN.';

/**
 * Starts a private InfluxDB 2 and sets organisation, bucket and token up: the program that INFLUXD_BIN names, else a container
 * where an engine answers, else influxd on PATH. It ends with this process however that ends. Native it listens on 127.0.0.1 only; the
 * port of a container is published on every interface of the machine.
 * @throws MissingServiceError when there is none; Error with its last output when it does not come up.
 */
export async function startInflux(options: InfluxOptions): Promise<Influx> {
  const [free] = (await freePorts(1)) as [number];
  const settings: InfluxSettings = {
    org: 'neuraltrade',
    bucket: 'market_data',
    token: randomBytes(32).toString('hex'),
    retentionSeconds: 0,
    startTimeoutMs: 60_000,
    ...options,
    port: options.port === undefined || options.port === 0 ? free : options.port,
  };
  const host = await startHost(settings);
  const { org, bucket, token } = settings;
  try {
    await setUp(host.url, settings);
  } catch (error) {
    await host.dispose();
    throw error;
  }
  // The host's methods need their own `this`.
  return {
    org,
    bucket,
    token,
    from: host.from,
    url: host.url,
    get pid() {
      return host.pid;
    },
    start: () => host.start(),
    stop: () => host.stop(),
    kill: () => host.kill(),
    freeze: () => host.freeze(),
    thaw: () => host.thaw(),
    dispose: () => host.dispose(),
  };
}

async function startHost(settings: InfluxSettings): Promise<InfluxHost> {
  const { env, from } = settings;
  if (from !== 'native' && (env['INFLUXD_BIN'] ?? '') === '') {
    const engine = await containerEngine();
    if (engine !== null) return startInfluxContainer(settings, engine);
  }
  if (from === 'container') throw new MissingServiceError(MISSING);
  return startNativeInflux(findNativeInflux(env), settings);
}

/** The machine's influxd. @throws MissingServiceError when there is none, or none where INFLUXD_BIN says. */
export function findNativeInflux(env: Environment): string {
  const named = env['INFLUXD_BIN'] ?? '';
  const binary =
    named === '' ? findProgram('influxd', env) : findProgram(basename(named), {}, [dirname(named)]);
  if (binary !== null) return binary;
  throw new MissingServiceError(
    named === ''
      ? MISSING
      : `INFLUXD_BIN names ${named}, which is no program. Set it to the path of influxd, or unset it.`,
  );
}

/** A kept data directory was set up by its first start, and stays as it is. */
async function setUp(url: string, settings: InfluxSettings): Promise<void> {
  const status = await fetch(`${url}/api/v2/setup`);
  const { allowed } = (await status.json()) as { readonly allowed: boolean };
  if (!allowed) return;
  const answer = await fetch(`${url}/api/v2/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      username: 'neuraltrade',
      // Nobody logs in: programs use the token.
      password: randomBytes(16).toString('hex'),
      org: settings.org,
      bucket: settings.bucket,
      token: settings.token,
      retentionPeriodSeconds: settings.retentionSeconds,
    }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`InfluxDB at ${url} could not be set up: ${text}`);
}
