import { createRabbitMqBus } from '@neuraltrade/messaging';
import type { RunningService, ServiceContext } from '@neuraltrade/service';
import { createInfluxStore } from '@neuraltrade/storage';
import type { SinkServiceConfig } from './config';
import { createSink } from './sink';

/** Takes everything from RabbitMQ to InfluxDB. @param readToken gives the token of this moment. */
export async function startSinkService(
  { config, log, metrics, onStop }: ServiceContext<SinkServiceConfig>,
  readToken: () => string,
): Promise<RunningService> {
  const bus = createRabbitMqBus({
    urls: config.AMQP_URLS,
    heartbeatS: config.AMQP_HEARTBEAT_S,
    connectTimeoutMs: config.AMQP_CONNECT_TIMEOUT_MS,
    reconnectBaseMs: config.AMQP_RECONNECT_BASE_MS,
    reconnectMaxMs: config.AMQP_RECONNECT_MAX_MS,
    ...(config.AMQP_CA_FILE === undefined ? {} : { caFile: config.AMQP_CA_FILE }),
    name: 'influx-sink',
    log,
    metrics,
  });
  onStop('bus', () => bus.close());
  const store = createInfluxStore({
    url: config.INFLUX_URL,
    token: readToken,
    org: config.INFLUX_ORG,
    bucket: config.INFLUX_BUCKET,
  });
  onStop('store', () => store.close());
  const storeReady = (): Promise<void> => store.verify();
  const sink = await createSink({ bus, store, storeReady, log, metrics, now: Date.now, config });
  return {
    checks: [
      { name: 'bus', probe: () => bus.health() },
      { name: 'store', probe: () => store.health() },
      ...sink.checks,
    ],
    stop: async (remainingMs) => {
      // A server that does not answer must not use up the time of the steps behind this one.
      const late = setTimeout(() => store.abort(), remainingMs / 2);
      await sink.stop();
      clearTimeout(late);
    },
  };
}
