import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from './free-port';
import { LeftBehindGuard } from './left-behind-guard';
import { amqpUrl, type RabbitMq, type RabbitMqSettings } from './rabbitmq';
import { rabbitMqEnvironment, writeRabbitMqFiles, type RabbitMqPlace } from './rabbitmq-files';
import { findNativeRabbitMq, type RabbitMqPrograms } from './rabbitmq-programs';
import { freezeProcess } from './freeze';

const run = promisify(execFile);
const STOP_TIMEOUT_MS = 20_000;
const OUTPUT_BYTES = 4_000;

/**
 * Starts a broker from the machine's rabbitmq-server, or from the one that RABBITMQ_SERVER names.
 * @throws MissingServiceError when there is none.
 */
export async function startNativeRabbitMq(settings: RabbitMqSettings): Promise<RabbitMq> {
  const programs = findNativeRabbitMq(settings.env);
  const directory = mkdtempSync(join(tmpdir(), 'neuraltrade-rabbitmq-'));
  const [free, distPort, epmdPort] = (await freePorts(3)) as [number, number, number];
  const place: RabbitMqPlace = {
    directory,
    dataDir: settings.dataDir ?? join(directory, 'data'),
    // Kept data belongs to a node name.
    node: `neuraltrade${settings.dataDir === undefined ? `-${randomBytes(4).toString('hex')}` : ''}@localhost`,
    port: settings.port === undefined || settings.port === 0 ? free : settings.port,
    distPort,
    epmdPort,
  };
  const broker = nativeRabbitMq(programs, place, settings);
  try {
    await broker.start();
    return broker;
  } catch (error) {
    await broker.dispose();
    throw error;
  }
}

/** A broker that is one process tree of this machine: its files are written, and it is not started. */
export function nativeRabbitMq(
  programs: RabbitMqPrograms,
  place: RabbitMqPlace,
  settings: RabbitMqSettings,
): RabbitMq {
  return new NativeRabbitMq(programs, place, settings);
}

class NativeRabbitMq implements RabbitMq {
  readonly from = 'native';
  readonly urls: readonly string[];
  private readonly environment: Record<string, string>;
  private readonly guard: LeftBehindGuard;
  private readonly portMapper: ChildProcess | null;
  private broker: ChildProcess | null = null;
  private output = '';

  constructor(
    private readonly programs: RabbitMqPrograms,
    private readonly place: RabbitMqPlace,
    private readonly settings: RabbitMqSettings,
  ) {
    writeRabbitMqFiles(place, settings);
    this.urls = [this.urlOf('/')];
    this.environment = rabbitMqEnvironment(place, settings.env);
    this.guard = new LeftBehindGuard(place.directory);
    // Started by us rather than by the broker, which would leave it behind.
    this.portMapper =
      place.sharesPortMapper === true
        ? null
        : this.launch(programs.epmd, ['-port', String(place.epmdPort), '-address', '127.0.0.1']);
  }

  get pid(): number | null {
    return this.broker?.pid ?? null;
  }

  urlOf(virtualHost: string): string {
    return amqpUrl(this.settings, '127.0.0.1', this.place.port, virtualHost);
  }

  async addVirtualHost(name: string): Promise<string> {
    await this.rabbitmqctl('add_vhost', name);
    await this.rabbitmqctl('set_permissions', '-p', name, this.settings.credentials.user, '.*', '.*', '.*');
    return this.urlOf(name);
  }

  async rabbitmqctl(...args: string[]): Promise<string> {
    const program = join(dirname(this.programs.server), 'rabbitmqctl');
    const options = { env: this.environment, cwd: this.place.directory };
    const { stdout } = await run(program, ['--quiet', '-n', this.place.node, ...args], options);
    return stdout;
  }

  async start(): Promise<void> {
    if (this.broker !== null) return;
    this.output = '';
    const broker = this.launch(this.programs.server, ['-noinput']);
    this.broker = broker;
    for (const stream of [broker.stdout, broker.stderr]) {
      stream?.on('data', (data: Buffer) => {
        this.output = (this.output + data.toString()).slice(-OUTPUT_BYTES);
      });
    }
    broker.once('exit', () => {
      if (this.broker === broker) this.broker = null;
    });
    await this.accepting(broker, performance.now() + this.settings.startTimeoutMs);
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  freeze(): Promise<void> {
    return freezeProcess(this.broker);
  }

  thaw(): Promise<void> {
    this.broker?.kill('SIGCONT');
    return Promise.resolve();
  }

  async dispose(): Promise<void> {
    await this.thaw();
    await (this.settings.dataDir === undefined ? this.kill() : this.stop());
    if (this.portMapper !== null) await endOf(this.portMapper, 'SIGTERM');
    this.guard.dismiss();
    rmSync(this.place.directory, { recursive: true, force: true });
  }

  private launch(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(program, args, {
      env: this.environment,
      cwd: this.place.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      // An interrupt from the terminal is for its owner, who stops it in order.
      detached: true,
    });
    child.on('error', (error) => (this.output += String(error)));
    const { pid } = child;
    if (pid !== undefined) {
      this.guard.add(pid);
      child.once('exit', () => this.guard.remove(pid));
    }
    return child;
  }

  private async accepting(broker: ChildProcess, deadline: number): Promise<void> {
    while (!(await accepts(this.place.port))) {
      if (this.broker !== broker) throw new Error(`RabbitMQ ended while starting. It said: ${this.output}`);
      if (performance.now() > deadline) {
        throw new Error(`RabbitMQ did not start within ${this.settings.startTimeoutMs} ms: ${this.output}`);
      }
      await sleep(50);
    }
  }

  private async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { broker } = this;
    if (broker === null) return;
    await endOf(broker, signal);
    this.broker = null;
  }
}

async function endOf(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(force);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
