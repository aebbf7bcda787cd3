import type { Metrics } from '@neuraltrade/metrics';
import type { BrokerConfig } from '@neuraltrade/service';
import type { MessageBus } from '../message-bus';
import type { BusLog } from './options';
import { createRabbitMqBus } from './rabbitmq-bus';

/** What a service's bus is made of beside its configuration. */
export interface ConfiguredBusDeps {
  /** The configuration of this moment: the addresses hold a password that may have been renewed. */
  readonly readConfig: () => Pick<BrokerConfig, 'AMQP_URLS'>;
  /** The service's name, shown in the broker's list of connections. */
  readonly name: string;
  /** Where it tells about outages. */
  readonly log: BusLog;
  /** Where connections and failed publishes are counted. */
  readonly metrics: Metrics;
}

/** The bus over RabbitMQ that a service's environment names. @throws Error when the CA file cannot be read. */
export function configuredBus(config: BrokerConfig, deps: ConfiguredBusDeps): MessageBus {
  return createRabbitMqBus({
    ...deps,
    urls: config.AMQP_URLS,
    currentUrls: () => deps.readConfig().AMQP_URLS,
    heartbeatS: config.AMQP_HEARTBEAT_S,
    connectTimeoutMs: config.AMQP_CONNECT_TIMEOUT_MS,
    reconnectBaseMs: config.AMQP_RECONNECT_BASE_MS,
    reconnectMaxMs: config.AMQP_RECONNECT_MAX_MS,
    ...(config.AMQP_CA_FILE === undefined ? {} : { caFile: config.AMQP_CA_FILE }),
  });
}
