import {
  brokerFields,
  choice,
  type Env,
  influxFields,
  integer,
  list,
  parseConfig,
  parseTogether,
  port,
  secret,
  serviceFields,
  text,
} from '@neuraltrade/service';
import { z } from 'zod';

const MIB = 1_048_576;

/** Bounds that keep one client from harming the gateway or the other clients. */
export interface ClientLimits {
  /** How often changes are sent to clients, ms. */
  readonly flushIntervalMs: number;
  /** Most clients connected at once; the next one is answered 503. */
  readonly maxClients: number;
  /** Most TCP connections at once, whatever they are for; a further one is closed. */
  readonly maxConnections: number;
  /** Most TCP connections of one address at once; a further one is closed. A proxy in front counts as one address. */
  readonly maxConnectionsPerAddress: number;
  /** Largest message of a client, bytes. */
  readonly maxMessageBytes: number;
  /** Most messages of a client a second, on average; pings and pongs count. */
  readonly messagesPerSecond: number;
  /** Most channels that one client may follow. */
  readonly maxSubscriptions: number;
  /** Most bytes that may wait for one client, its next frame included; beyond, it is cut. */
  readonly maxWaitingBytes: number;
  /** How long a client may have more than a quarter of maxWaitingBytes waiting before it is cut, ms. */
  readonly maxBehindMs: number;
  /** A client that has not answered a ping after this time is cut, ms. */
  readonly pingIntervalMs: number;
  /** Time to send the token in, ms. */
  readonly authDeadlineMs: number;
}

/** Limits that suit browsers on slow links and leave a small machine standing. */
export const DEFAULT_CLIENT_LIMITS: ClientLimits = {
  flushIntervalMs: 100,
  maxClients: 2_000,
  maxConnections: 4_000,
  maxConnectionsPerAddress: 2_000,
  maxMessageBytes: 16_384,
  messagesPerSecond: 20,
  maxSubscriptions: 32,
  maxWaitingBytes: MIB,
  maxBehindMs: 15_000,
  pingIntervalMs: 15_000,
  authDeadlineMs: 5_000,
};

/** What the dashboard takes from its environment, and its limits. */
export interface DashboardConfig {
  /** TCP port; 0 = any free one. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** Origins ('https://desk.example') whose pages may connect, beside the gateway's own. */
  readonly allowedOrigins: readonly string[];
  /** The token that clients must show; null = open to whoever reaches the port. */
  readonly authToken: string | null;
  /** Bound of the dashboard's own queue, bytes; its oldest messages are dropped beyond it. */
  readonly queueMaxBytes: number;
  /** Bounds per client. */
  readonly limits: ClientLimits;
}

/** The dashboard's environment variables. */
export const dashboardEnvSchema = z.object({
  PORT: port({ description: 'Port of page, API and WebSocket; 0 takes any free port.', default: 8080 }),
  HTTP_HOST: text({
    description: 'Address to listen on; 0.0.0.0 in container images.',
    default: '127.0.0.1',
    pattern: /^[0-9A-Za-z.:-]+$/,
    what: 'an IP address or a host name',
  }),
  ALLOWED_ORIGINS: list({
    description: "Origins whose pages may connect, beside the dashboard's own.",
    default: [],
    pattern: /^https?:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[1-9]\d{0,4})?$/,
    what: 'a comma list of origins such as https://desk.example, in lower case, without paths',
  }),
  AUTH_TOKEN: secret({
    description:
      'Token that clients must show; without one, whoever reaches the port may read. From AUTH_TOKEN_FILE it is read again every 15 s.',
    minLength: 16,
    optional: true,
  }),
  MAX_CLIENTS: integer({
    description: 'Most WebSocket clients at once; twice as many connections may be open in all.',
    default: DEFAULT_CLIENT_LIMITS.maxClients,
    min: 1,
    max: 50_000,
  }),
  MAX_CONNECTIONS_PER_ADDRESS: integer({
    description: 'Most connections of one address at once; a proxy counts as one address.',
    default: DEFAULT_CLIENT_LIMITS.maxConnectionsPerAddress,
    min: 1,
    max: 100_000,
  }),
});

/**
 * The configuration in an environment; an empty variable counts as absent.
 * @throws ConfigError with a sentence for each faulty variable.
 */
export function dashboardConfig(env: Env): DashboardConfig {
  const parsed = parseConfig(dashboardEnvSchema, env);
  return {
    port: parsed.PORT,
    host: parsed.HTTP_HOST,
    allowedOrigins: parsed.ALLOWED_ORIGINS,
    authToken: parsed.AUTH_TOKEN ?? null,
    queueMaxBytes: 32 * MIB,
    limits: {
      ...DEFAULT_CLIENT_LIMITS,
      maxClients: parsed.MAX_CLIENTS,
      maxConnections: 2 * parsed.MAX_CLIENTS,
      maxConnectionsPerAddress: parsed.MAX_CONNECTIONS_PER_ADDRESS,
    },
  };
}

/** The environment variables that the dashboard reads as a service of its own, beside {@link dashboardEnvSchema}. */
export const dashboardServiceSchema = z.object({
  ...serviceFields({ httpPort: 9_110 }),
  MODE: choice(['live', 'simulated'], {
    description: 'Where the market comes from: shown on every page and in every answer.',
    default: 'live',
  }),
  ...brokerFields,
  ...influxFields,
});

/** The configuration of the dashboard as a service of its own. */
export interface DashboardServiceConfig extends z.output<typeof dashboardServiceSchema> {
  /** What the dashboard itself takes. */
  readonly dashboard: DashboardConfig;
}

/** Reads the configuration of the dashboard as a service of its own. @throws ConfigError naming every fault. */
export function dashboardServiceConfig(env: Env): DashboardServiceConfig {
  const { service, dashboard } = parseTogether({
    service: () => parseConfig(dashboardServiceSchema, env),
    dashboard: () => dashboardConfig(env),
  });
  return { ...service, dashboard };
}
