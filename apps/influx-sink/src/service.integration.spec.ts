import { AMQP_EXCHANGES, encodeBatch, routingKeys, sinkQueues } from '@neuraltrade/contracts';
import {
  type Influx,
  sharedRabbitMq,
  type SharedRabbitMq,
  startInflux,
  whyNoInflux,
  whyNoRabbitMq,
} from '@neuraltrade/infra';
import { configuredBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import type { RunningService, StopStep } from '@neuraltrade/service';
import { createInfluxStore } from '@neuraltrade/storage';
import { type SinkServiceConfig, sinkServiceConfig } from './config';
import { startSinkService } from './service';
import { MINUTE, ticksFrom } from './testing/records';
import { eventually } from './testing/sink-rig';

const broker = sharedRabbitMq(process.env);
const why = broker === null ? whyNoRabbitMq(process.env) : whyNoInflux(process.env);

if (broker === null || why !== '') test.skip(`the sink as a service (${why})`, () => undefined);
else describe('the sink as a service', () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  const closing: (() => Promise<unknown> | void)[] = [];
  let influx: Influx;
  let amqpUrl: string;

  beforeAll(async () => {
    [influx, amqpUrl] = await Promise.all([startInflux({ env: process.env }), rabbitMq.takeVirtualHost()]);
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await influx.dispose();
  });

  test('takes ticks from RabbitMQ to InfluxDB, over an InfluxDB that starts later, and stops in order', async () => {
    await influx.stop();
    const config = sinkServiceConfig({
      AMQP_URLS: amqpUrl,
      INFLUX_URL: influx.url,
      INFLUX_TOKEN: influx.token,
      WRITE_FLUSH_MS: '50',
      RETRY_JITTER_MS: '20',
      MAX_RETRY_DELAY_MS: '200',
    });
    const stops: StopStep[] = [];
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const readConfig = (): SinkServiceConfig => config;
    const metrics = createMetrics();
    const onStop = (_: string, stop: StopStep): unknown => stops.push(stop);
    const service = await startSinkService({ config, readConfig, log, metrics, onStop });
    closing.push(async () => {
      await service.stop?.(5_000);
      for (const stop of stops.reverse()) await stop(5_000);
    });
    await eventually(() => expect(faults(service).join('\n')).toContain('cannot be reached'));

    const bus = configuredBus(config, { readConfig, name: 'publisher', log, metrics: createMetrics() });
    closing.push(() => bus.close());
    await bus.declare(Object.values(sinkQueues(config.QUEUE_MAX_BYTES)));
    const outcome = await bus.publish({
      ...encodeBatch('ticks', ticksFrom(1, 500)),
      amqpExchange: AMQP_EXCHANGES.ticks,
      routingKey: routingKeys.tick('binance', 'BTC/USDT'),
      messageId: 'service-test-1',
    });
    expect(outcome).toBe('confirmed');
    await influx.start();

    const { url, token, org, bucket } = influx;
    const reader = createInfluxStore({ url, token, org, bucket });
    closing.push(() => reader.close());
    await eventually(async () =>
      expect(await reader.lastPrices({ since: 0 })).toMatchObject([{ timestamp: MINUTE + 500 }]),
    );
    await eventually(() => expect(faults(service)).toEqual([]));
  });
}

function faults({ checks }: RunningService): string[] {
  return checks.map(({ probe }) => probe().reason).filter((reason) => reason !== '');
}
