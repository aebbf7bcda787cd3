import { integer, milliseconds, text, urlList } from './fields';

/** The variables by which a service finds its broker; spread them into the service's z.object. */
export const brokerFields = {
  AMQP_URLS: urlList({
    description:
      'Addresses of the broker’s nodes (amqp://user:password@host:5672/vhost, or amqps); any of them will do. From ' +
      'AMQP_URLS_FILE they are read again before each new connection.',
    schemes: ['amqp', 'amqps'],
  }),
  AMQP_CA_FILE: text({
    description: 'Certificates (PEM) that amqps nodes are checked against; absent = the system’s.',
    optional: true,
    what: 'the path of a file',
  }),
  AMQP_HEARTBEAT_S: integer({
    description: 'Time between heartbeats; a node that misses two counts as gone.',
    default: 5,
    min: 1,
    max: 3_600,
    unit: 's',
  }),
  AMQP_CONNECT_TIMEOUT_MS: milliseconds({
    description: 'How long one attempt to connect to a node may take.',
    default: 10_000,
  }),
  AMQP_RECONNECT_BASE_MS: milliseconds({
    description: 'Upper bound of the wait before the first reconnect; doubles with each failure.',
    default: 1_000,
  }),
  AMQP_RECONNECT_MAX_MS: milliseconds({
    description: 'Upper bound of every wait before a reconnect; it is tried for ever.',
    default: 30_000,
  }),
};

/** What {@link brokerFields} read. */
export interface BrokerConfig {
  /** At least one amqp:// or amqps:// address. */
  readonly AMQP_URLS: readonly string[];
  /** Path of a PEM file; undefined = the system's certificates. */
  readonly AMQP_CA_FILE?: string | undefined;
  /** Time between heartbeats, s. */
  readonly AMQP_HEARTBEAT_S: number;
  /** Deadline of one attempt to connect, ms. */
  readonly AMQP_CONNECT_TIMEOUT_MS: number;
  /** Upper bound of the first wait before a reconnect, ms. */
  readonly AMQP_RECONNECT_BASE_MS: number;
  /** Upper bound of every wait before a reconnect, ms. */
  readonly AMQP_RECONNECT_MAX_MS: number;
}
