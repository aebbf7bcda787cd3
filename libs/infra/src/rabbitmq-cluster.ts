import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-port';
import { rabbitMqSettings, type RabbitMq, type RabbitMqOptions } from './rabbitmq';
import { nativeRabbitMq } from './rabbitmq-native';
import { findNativeRabbitMq } from './rabbitmq-programs';

const NODES = 3;
const NAMES = ['one', 'two', 'three'];

/** Three brokers that are one cluster. */
export interface RabbitMqCluster {
  /** Each can be stopped, killed, frozen and started again by itself. */
  readonly nodes: readonly RabbitMq[];
  /** Their Erlang node names, as rabbitmqctl tells them. */
  readonly names: readonly string[];
  /** The addresses of all nodes for AMQP_URLS; the virtual host is `/`. */
  readonly urls: readonly string[];
  /** Stops all of them and removes everything that they left. */
  dispose(): Promise<void>;
}

/**
 * Starts a private cluster of three brokers from binaries, on 127.0.0.1 only, with ports, data and a secret of its own.
 * A minority that is cut off pauses, as it should in production.
 * @throws MissingServiceError when there is no rabbitmq-server; Error with the last output of a node that does not come up.
 */
export async function startRabbitMqCluster(
  options: Omit<RabbitMqOptions, 'from' | 'port' | 'dataDir'>,
): Promise<RabbitMqCluster> {
  const programs = findNativeRabbitMq(options.env);
  const ports = await freePorts(2 * NODES + 1);
  const run = randomBytes(4).toString('hex');
  const cookie = randomBytes(16).toString('hex');
  const names = NAMES.map((name) => `${name}-${run}@localhost`);
  const settings = rabbitMqSettings({
    ...options,
    settings: [
      'cluster_partition_handling = pause_minority',
      'cluster_formation.peer_discovery_backend = classic_config',
      ...names.map((name, i) => `cluster_formation.classic_config.nodes.${i + 1} = ${name}`),
      ...(options.settings ?? []),
    ],
  });
  const nodes = names.map((node, i) => {
    const directory = mkdtempSync(join(tmpdir(), `neuraltrade-rabbitmq-${NAMES[i]}-`));
    const place = {
      directory,
      dataDir: join(directory, 'data'),
      node,
      port: ports[2 * i] as number,
      distPort: ports[2 * i + 1] as number,
      epmdPort: ports[2 * NODES] as number,
      sharesPortMapper: i > 0,
      cookie,
    };
    return nativeRabbitMq(programs, place, settings);
  });
  const dispose = async (): Promise<void> => {
    // The first has the port mapper of all.
    await Promise.all(nodes.slice(1).map((node) => node.dispose()));
    await nodes[0]?.dispose();
  };
  try {
    await Promise.all(nodes.map((node) => node.start()));
    return { nodes, names, urls: nodes.flatMap(({ urls }) => urls), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
