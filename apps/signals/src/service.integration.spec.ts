import { logNames } from '@neuraltrade/contracts';
import {
  bundles,
  eventually,
  type Influx,
  ServiceProcess,
  sharedRabbitMq,
  type SharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import { createInfluxStore } from '@neuraltrade/storage';
import { Receiver } from './testing/receiver';
import { NOON } from './testing/records';

const DAY_MS = 86_400_000;
const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

if (broker === null || why !== '') test.skip(`the signals service as a process (${why})`, () => undefined);
else describe('the signals service as a process', () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const started: ServiceProcess[] = [];
  let influx: Influx;
  let url: string;
  let bus: MessageBus;

  const start = (env: Readonly<Record<string, string>> = {}): ServiceProcess => {
    const service = new ServiceProcess('dist/apps/signals/main.cjs', {
      ...{ AMQP_URLS: url, HTTP_PORT: '0', INFLUX_URL: influx.url, INFLUX_TOKEN: influx.token },
      ...env,
    });
    started.push(service);
    return service;
  };

  beforeAll(async () => {
    [influx, url] = await Promise.all([
      startInflux({ env: process.env }),
      rabbitMq.takeVirtualHost(),
      bundles(['apps/signals']),
    ]);
    bus = createRabbitMqBus({
      ...{ urls: [url], heartbeatS: 5, connectTimeoutMs: 5_000, reconnectBaseMs: 50, reconnectMaxMs: 200 },
      log: { info: () => undefined, warn: () => undefined },
    });
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.stop('SIGKILL')));
    await bus?.close();
    await influx?.dispose();
  });

  test('serves what became of each model’s signals, by day, and refuses a wrong question in a sentence', async () => {
    const { token, org, bucket } = influx;
    const store = createInfluxStore({ url: influx.url, token, org, bucket });
    const today = Date.now() - (Date.now() % DAY_MS);
    const outcome = {
      exchange: 'binance',
      symbol: 'BTC/USDT',
      timeframe: '1m',
      modelVersion: 'trend-1',
    } as const;
    const prices = { entryPrice: 100, exitPrice: 101, maxAdverseBps: 0, maxFavourableBps: 100 };
    await store.writeOutcomes([
      {
        ...{ ...outcome, ...prices, signalType: 'buy', status: 'hit', returnBps: 100 },
        ...{ timestamp: today - DAY_MS, horizonTimestamp: today - DAY_MS + 60_000 },
      },
      // Longer ago than a week.
      {
        ...{ ...outcome, ...prices, signalType: 'buy', status: 'hit', returnBps: 100 },
        ...{ timestamp: NOON - 400 * DAY_MS, horizonTimestamp: NOON },
      },
    ]);
    await store.close();
    const service = start();
    await service.isReady();
    const ask = async (query: string): Promise<{ status: number; body: unknown }> => {
      const answer = await fetch(`${service.url ?? ''}/performance${query}`);
      return { status: answer.status, body: await answer.json() };
    };
    const figures = { judged: 1, hits: 1, misses: 0, unjudged: 0, hitRate: 1, meanReturnBps: 100 };
    expect(await ask('')).toEqual({
      status: 200,
      body: {
        days: [expect.objectContaining({ modelVersion: 'trend-1', day: today - DAY_MS, acts: figures })],
      },
    });
    expect(await ask('?days=1')).toEqual({ status: 200, body: { days: [] } });
    expect(await ask('?days=all')).toMatchObject({
      status: 400,
      body: { error: { message: 'days must be a whole number from 1 to 366.' } },
    });
    await influx.stop();
    expect(await ask('')).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
    // No signal waits, and the next look for them is minutes away.
    await service.waitsFor('cannot be reached');
    await influx.start();
    expect(await service.stop()).toBe(0);
  });

  test('with a saved state of another release leaves with 78 and a sentence, and the state stays', async () => {
    const receiver = await Receiver.start();
    const log = await bus.openLog(logNames.signalsState);
    // A newer ownership than any that this test has begun.
    const headers = { type: 'checkpoint', epoch: 1_000_000, epochBase: 0, sequence: 1 };
    await log.append({ headers, body: Buffer.from('{"version":7}') });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const service = start({ WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: 'a secret of both sides' });
      expect(await service.exit).toBe(78);
      expect(service.stderr).toContain(
        'signals: The state in the log signals.state is of version 7; this release reads version 1. Run the release that wrote it',
      );
      expect(service.stderr).not.toMatch(/\n +at /);
    }
    await receiver.dispose();
    await eventually(() => started.every(({ ended }) => ended), 'the end of all');
  });
}
