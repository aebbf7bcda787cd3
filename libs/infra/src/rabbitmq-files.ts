import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './find-program';
import type { RabbitMqSettings } from './rabbitmq';

/** Where a native broker lives and listens. */
export interface RabbitMqPlace {
  /** Everything that is temporary: cookie, configuration, logs, and data unless told otherwise. */
  readonly directory: string;
  /** Its data. */
  readonly dataDir: string;
  /** Its Erlang node name. */
  readonly node: string;
  /** Where it accepts connections. */
  readonly port: number;
  /** Where rabbitmqctl reaches it. */
  readonly distPort: number;
  /** Its own port mapper, apart from the machine's. */
  readonly epmdPort: number;
  /** Whether that port mapper is started by another node of its cluster. */
  readonly sharesPortMapper?: boolean;
  /** The secret that the nodes of its cluster share; absent = its own. */
  readonly cookie?: string;
}

/** Writes the configuration of a native broker. */
export function writeRabbitMqFiles(place: RabbitMqPlace, settings: RabbitMqSettings): void {
  const { directory, dataDir } = place;
  mkdirSync(join(directory, 'home'), { recursive: true });
  mkdirSync(dataDir, { recursive: true });
  if (place.cookie !== undefined) {
    writeFileSync(join(directory, 'home', '.erlang.cookie'), place.cookie, { mode: 0o400 });
  }
  // The machine's own settings must not leak in.
  writeFileSync(join(directory, 'rabbitmq-env.conf'), '');
  writeFileSync(join(directory, 'rabbitmq.conf'), `${configuration(settings).join('\n')}\n`, { mode: 0o600 });
  writeFileSync(join(directory, 'advanced.config'), `[{rabbit, [${(settings.terms ?? []).join(', ')}]}].\n`);
  writeFileSync(join(directory, 'enabled_plugins'), `[${(settings.plugins ?? []).join(', ')}].\n`);
}

/** Lines of rabbitmq.conf. */
export function configuration(settings: RabbitMqSettings): string[] {
  return [
    `default_user = ${settings.credentials.user}`,
    `default_pass = ${settings.credentials.password}`,
    `vm_memory_high_watermark.absolute = ${settings.memoryLimitBytes}`,
    'disk_free_limit.absolute = 100MB',
    'log.file.level = warning',
    // The log behind all quorum queues; the default reserves half a gigabyte.
    'raft.wal_max_size_bytes = 64000000',
    ...(settings.settings ?? []),
  ];
}

/** The environment of a native broker and of rabbitmqctl: nothing of it is shared with another broker of the machine. */
export function rabbitMqEnvironment(place: RabbitMqPlace, env: Environment): Record<string, string> {
  const { directory, dataDir, node, port, distPort, epmdPort } = place;
  return {
    PATH: env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: join(directory, 'home'),
    ERL_EPMD_PORT: String(epmdPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distPort),
    RABBITMQ_CONF_ENV_FILE: join(directory, 'rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(directory, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: dataDir,
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_PID_FILE: join(directory, 'broker.pid'),
    // The shell that starts it is replaced by it: signals reach the broker itself.
    RABBITMQ_ALLOW_INPUT: '1',
    // No spinning while idle, and its distribution port is for this machine only.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
  };
}
