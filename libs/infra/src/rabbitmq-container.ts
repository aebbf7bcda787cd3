import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers';
import { freePorts } from './free-port';
import { amqpUrl, type RabbitMq, type RabbitMqSettings } from './rabbitmq';
import { configuration } from './rabbitmq-files';

const IMAGE = 'rabbitmq:4.0';
const PORT = 5_672;

/** The container engine that answers here; null when none does. */
export async function containerEngine(): Promise<ContainerRuntimeClient | null> {
  try {
    const { getContainerRuntimeClient } = await import('testcontainers');
    return await getContainerRuntimeClient();
  } catch {
    return null;
  }
}

/** Starts a broker in a container; the engine's reaper removes it when this process is killed. */
export async function startRabbitMqContainer(
  settings: RabbitMqSettings,
  engine: ContainerRuntimeClient,
): Promise<RabbitMq> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const [free] = (await freePorts(1)) as [number];
  // Fixed, so that it is found again after a restart.
  const host = settings.port === undefined || settings.port === 0 ? free : settings.port;
  const container = await new GenericContainer(IMAGE)
    .withExposedPorts({ container: PORT, host })
    .withCopyContentToContainer([
      {
        content: `${configuration(settings).join('\n')}\n`,
        target: '/etc/rabbitmq/conf.d/90-neuraltrade.conf',
      },
    ])
    .withWaitStrategy(Wait.forLogMessage(/Server startup complete/))
    .withStartupTimeout(settings.startTimeoutMs)
    .start();
  return new RabbitMqContainer(settings, engine, container, host);
}

class RabbitMqContainer implements RabbitMq {
  readonly from = 'container';
  readonly pid = null;
  readonly urls: readonly string[];

  constructor(
    private readonly settings: RabbitMqSettings,
    private readonly engine: ContainerRuntimeClient,
    private readonly container: StartedTestContainer,
    private readonly port: number,
  ) {
    this.urls = [this.urlOf('/')];
  }

  urlOf(virtualHost: string): string {
    return amqpUrl(this.settings, this.container.getHost(), this.port, virtualHost);
  }

  async addVirtualHost(name: string): Promise<string> {
    await this.rabbitmqctl('add_vhost', name);
    await this.rabbitmqctl('set_permissions', '-p', name, this.settings.credentials.user, '.*', '.*', '.*');
    return this.urlOf(name);
  }

  async rabbitmqctl(...args: string[]): Promise<string> {
    const { output, exitCode } = await this.container.exec(['rabbitmqctl', '--quiet', ...args]);
    if (exitCode !== 0) throw new Error(`rabbitmqctl ${args.join(' ')} failed: ${output}`);
    return output;
  }

  async stop(): Promise<void> {
    await this.handle.stop();
  }

  async start(): Promise<void> {
    await this.handle.start();
    const deadline = performance.now() + this.settings.startTimeoutMs;
    for (;;) {
      try {
        await this.rabbitmqctl('await_startup');
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  }

  async kill(): Promise<void> {
    await this.handle.kill();
  }

  async freeze(): Promise<void> {
    await this.handle.pause();
  }

  async thaw(): Promise<void> {
    await this.handle.unpause();
  }

  async dispose(): Promise<void> {
    await this.container.stop({ timeout: 10_000 });
  }

  private get handle(): ReturnType<ContainerRuntimeClient['container']['getById']> {
    return this.engine.container.getById(this.container.getId());
  }
}
