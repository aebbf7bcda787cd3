import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AMQP_EXCHANGES, encodeBatch, routingKeys, sinkQueues } from '@neuraltrade/contracts';
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
import { processedTick, rawTick } from './testing/records';
import { storedIds } from './testing/stored-ids';

const KILL_POINTS = join(__dirname, 'testing/kill-points.cjs');
const SERVICES = [
  'influx-sink',
  'processor',
  'dashboard',
  'adapter-kraken',
  'ml-engine',
  'signals',
  'backtester',
] as const;
const FAILED_WRITE = 'stage="store",reason="retryable"';
const EXCHANGE = 'kraken';
const SYMBOL = 'BTC/USD';
const MINUTE = Date.UTC(2026, 0, 15, 12, 0, 0);
const QUEUE_MAX_BYTES = 10_000_000;

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

jest.setTimeout(60_000);
if (broker === null || why !== '') test.skip(`services that crash (${why})`, () => undefined);
else describe('services that crash', () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const folder = mkdtempSync(join(tmpdir(), 'crash-spec-'));
  const started: ServiceProcess[] = [];
  let influx: Influx;
  let env: Readonly<Record<string, string>>;
  let bus: MessageBus;
  let published = 0;

  const start = (name: string, killPoint = ''): ServiceProcess => {
    const service = new ServiceProcess(`dist/apps/${name}/main.cjs`, {
      ...env,
      ...(killPoint !== '' && { KILL_POINT: killPoint, NODE_OPTIONS: `--require ${KILL_POINTS}` }),
    });
    started.push(service);
    return service;
  };
  const publish = async (body?: Buffer): Promise<void> => {
    const ticks = Array.from({ length: 10 }, (_, index) =>
      processedTick(rawTick(EXCHANGE, SYMBOL, published + index + 1, MINUTE + published + index + 1)),
    );
    if (body === undefined) published += ticks.length;
    const outcome = await bus.publish({
      ...encodeBatch('ticks', ticks),
      ...(body !== undefined && { body }),
      amqpExchange: AMQP_EXCHANGES.ticks,
      routingKey: routingKeys.tick(EXCHANGE, SYMBOL),
      messageId: `crash-${published}`,
    });
    expect(outcome).toBe('confirmed');
  };
  const waiting = async (queue: string): Promise<number> => (await bus.depth(queue)).ready;
  /** Every trade that was published is stored, once. */
  const allStored = async (): Promise<void> => {
    let ids: string[] = [];
    await eventually(
      async () => (ids = await storedIds(influx, influx.org, influx.bucket, EXCHANGE)).length >= published,
      () => `${published} stored ticks; there are ${ids.length}`,
    );
    expect(ids.map(Number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: published }, (_, index) => index + 1),
    );
  };

  beforeAll(async () => {
    const [server, url] = await Promise.all([
      startInflux({ env: process.env }),
      rabbitMq.takeVirtualHost(),
      bundles(SERVICES.map((name) => `apps/${name}`)),
    ]);
    influx = server;
    env = {
      HTTP_PORT: '0',
      PORT: '0',
      DATA_DIR: folder,
      AMQP_URLS: url,
      AMQP_RECONNECT_BASE_MS: '50',
      AMQP_RECONNECT_MAX_MS: '200',
      PARTITIONS: '2',
      QUEUE_MAX_BYTES: String(QUEUE_MAX_BYTES),
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: influx.token,
      INFLUX_ORG: influx.org,
      INFLUX_BUCKET: influx.bucket,
      WRITE_FLUSH_MS: '50',
      RETRY_JITTER_MS: '20',
      MAX_RETRY_DELAY_MS: '200',
      SYMBOLS: SYMBOL,
      KRAKEN_WS_URL: 'ws://127.0.0.1:1',
      KRAKEN_REST_URL: 'http://127.0.0.1:1',
    };
    bus = createRabbitMqBus({
      urls: [url],
      heartbeatS: 5,
      connectTimeoutMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 200,
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare(Object.values(sinkQueues(QUEUE_MAX_BYTES)));
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.stop('SIGKILL')));
    await bus?.close();
    await influx?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('a sink that is killed', () => {
    const bad = { copies: 0, published: 0 };

    test.each([
      'before the write',
      'while the write is on its way',
      'after the answer',
      'before the ack',
      'after the ack',
      'before the parked copy',
      'after the parked copy',
    ])('%s dies there', async (point) => {
      await publish();
      if (point.endsWith('parked copy')) {
        await publish(Buffer.from('['));
        bad.published += 1;
      }
      await publish();
      const sink = start('influx-sink', point);
      expect([await sink.exit, sink.stderr]).toEqual([null, '']);
    });

    test('has lost nothing and doubled nothing in the end', async () => {
      const sink = start('influx-sink');
      await allStored();
      await eventually(async () => (await waiting('influx-sink.ticks')) === 0, 'an empty queue');
      expect(await sink.stop()).toBe(0);
    });

    test('has set aside what nobody can use, once or once for each of its deaths in between', async () => {
      bad.copies = await waiting('market.parked');
      expect(bad.copies).toBeGreaterThanOrEqual(bad.published);
      expect(bad.copies).toBeLessThanOrEqual(bad.published + 2);
    });

    test('an answer that is cut off after InfluxDB has stored the points leaves one row a trade', async () => {
      const sink = start('influx-sink', 'the answer is cut off');
      await publish();
      await allStored();
      await eventually(
        async () => (await sink.metric('messages_failed_total', FAILED_WRITE)) >= 1,
        'the cut',
      );
      await eventually(async () => (await waiting('influx-sink.ticks')) === 0, 'an empty queue');
      await sink.isReady();
      await allStored();
      expect(await sink.stop()).toBe(0);
    });
  });

  test('a rejection that nobody awaits ends any service with 1, and the fatal line is its last', async () => {
    const services = SERVICES.map((name) => start(name, 'rejection'));
    for (const service of services) {
      await eventually(() => service.url !== null, 'its port');
      process.kill(service.pid, 'SIGUSR2');
    }
    for (const service of services) {
      expect([service.script, await service.exit]).toEqual([service.script, 1]);
      expect(service.log.at(-1)).toMatchObject({ level: 'fatal', err: { message: 'nobody awaits this' } });
      expect(service.stderr).toContain('Unexpected error, leaving: nobody awaits this');
    }
  });
}
