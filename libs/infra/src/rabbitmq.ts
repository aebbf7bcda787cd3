import { randomBytes } from 'node:crypto';
import { containerEngine, startRabbitMqContainer } from './rabbitmq-container';
import { startNativeRabbitMq } from './rabbitmq-native';
import { namesRabbitMq } from './rabbitmq-programs';
import type { Environment } from './find-program';

/** How a private RabbitMQ is started. */
export interface RabbitMqOptions {
  /** The environment of this process: PATH is searched for rabbitmq-server and epmd, unless RABBITMQ_SERVER names one. */
  readonly env: Environment;
  /** 'container' or 'native' instead of whichever answers first, containers being asked before binaries. */
  readonly from?: 'container' | 'native';
  /** Where it listens on 127.0.0.1; absent or 0 = any free port. */
  readonly port?: number;
  /** Its one user; default neuraltrade with a random password. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Where its data is kept over dispose(); absent = a temporary folder that is removed. Native only. */
  readonly dataDir?: string;
  /** Memory at which it stops reading from publishers, bytes; default 512 MiB. */
  readonly memoryLimitBytes?: number;
  /** Plugins to enable, such as rabbitmq_management; none by default. Native only. */
  readonly plugins?: readonly string[];
  /** Further lines of rabbitmq.conf. */
  readonly settings?: readonly string[];
  /** Terms of advanced.config for the application rabbit, such as `{channel_tick_interval, 1000}`. Native only. */
  readonly terms?: readonly string[];
  /** How long it may take until it accepts connections, ms; default 90,000. */
  readonly startTimeoutMs?: number;
}

/** A RabbitMQ of our own, and the faults that tests need of it. */
export interface RabbitMq {
  /** How it runs. */
  readonly from: 'container' | 'native';
  /** Its addresses with user and password, for AMQP_URLS; the virtual host is `/`. */
  readonly urls: readonly string[];
  /** Its process id now; null while it does not run, and in a container. */
  readonly pid: number | null;
  /** Its address for another virtual host. */
  urlOf(virtualHost: string): string;
  /** Makes an empty virtual host that its user may do everything in. @returns the address. */
  addVirtualHost(name: string): Promise<string>;
  /** Runs rabbitmqctl against it. @returns what it printed. @throws Error with its error output. */
  rabbitmqctl(...args: string[]): Promise<string>;
  /** Stops it in order; data is kept until dispose. */
  stop(): Promise<void>;
  /** Starts it again on the same port with the same data. */
  start(): Promise<void>;
  /** Ends it as kill -9 does. */
  kill(): Promise<void>;
  /** Stops it from running at all, connections open, until thaw. */
  freeze(): Promise<void>;
  /** Lets it go on after freeze. */
  thaw(): Promise<void>;
  /** Stops it and removes everything that it left. */
  dispose(): Promise<void>;
}

/** Options with every default filled in. */
export interface RabbitMqSettings extends RabbitMqOptions {
  /** Its one user. */
  readonly credentials: { readonly user: string; readonly password: string };
  /** Memory at which it stops reading from publishers, bytes. */
  readonly memoryLimitBytes: number;
  /** How long its start may take, ms. */
  readonly startTimeoutMs: number;
}

/**
 * Starts a private RabbitMQ: from the rabbitmq-server that RABBITMQ_SERVER names, else in a container where an engine answers,
 * else from the binaries of the machine's rabbitmq-server.
 * It has its own name, ports, user and data and ends with this process however that ends. Native it listens on 127.0.0.1 only; the
 * port of a container is published on every interface of the machine.
 * @throws MissingServiceError when there is neither; Error with its last output when it does not come up.
 */
export async function startRabbitMq(options: RabbitMqOptions): Promise<RabbitMq> {
  const settings = rabbitMqSettings(options);
  if (options.from !== 'native' && !namesRabbitMq(options.env)) {
    const engine = await containerEngine();
    if (engine !== null) return startRabbitMqContainer(settings, engine);
  }
  return startNativeRabbitMq(settings);
}

/** Options with their defaults. */
export function rabbitMqSettings(options: RabbitMqOptions): RabbitMqSettings {
  return {
    memoryLimitBytes: 536_870_912,
    startTimeoutMs: 90_000,
    ...options,
    credentials: options.credentials ?? { user: 'neuraltrade', password: randomBytes(12).toString('hex') },
  };
}

/** The address of a virtual host, with user and password. */
export function amqpUrl(settings: RabbitMqSettings, host: string, port: number, virtualHost: string): string {
  const { user, password } = settings.credentials;
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const path = virtualHost === '/' ? '' : `/${encodeURIComponent(virtualHost)}`;
  return `amqp://${login}@${host}:${port}${path}`;
}
