import type { ContainerRuntimeClient } from 'testcontainers';
import { untilAnswering } from './answering';
import type { InfluxHost, InfluxSettings } from './influx-server';

const IMAGE = 'influxdb:2.7';
const PORT = 8_086;

/** Starts a server in a container; the engine's reaper removes it when this process is killed. */
export async function startInfluxContainer(
  settings: InfluxSettings,
  engine: ContainerRuntimeClient,
): Promise<InfluxHost> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const { startTimeoutMs } = settings;
  const container = await new GenericContainer(IMAGE)
    // Fixed, so that it is found again after a restart.
    .withExposedPorts({ container: PORT, host: settings.port })
    .withEnvironment({ INFLUXD_REPORTING_DISABLED: 'true', INFLUXD_LOG_LEVEL: 'warn' })
    .withWaitStrategy(Wait.forHttp('/health', PORT))
    .withStartupTimeout(startTimeoutMs)
    .start();
  const url = `http://${container.getHost()}:${settings.port}`;
  const handle = engine.container.getById(container.getId());
  const command = async (done: Promise<unknown>): Promise<void> => void (await done);
  return {
    from: 'container',
    url,
    pid: null,
    start: async () => {
      await handle.start();
      await untilAnswering(url, startTimeoutMs);
    },
    stop: () => command(handle.stop()),
    kill: () => command(handle.kill()),
    freeze: () => command(handle.pause()),
    thaw: () => command(handle.unpause()),
    dispose: () => command(container.stop({ timeout: 10_000 })),
  };
}
