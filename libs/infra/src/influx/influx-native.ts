import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeftBehindGuard } from '../left-behind-guard';
import { untilAnswering } from './answering';
import type { InfluxHost, InfluxSettings } from './influx-server';
import { freezeProcess } from '../freeze';

const STOP_TIMEOUT_MS = 10_000;
/** How much of its last output an error tells. */
const OUTPUT_CHARACTERS = 2_000;

/** Starts the server of a native influxd, which ends with this process however that ends. */
export async function startNativeInflux(binary: string, settings: InfluxSettings): Promise<InfluxHost> {
  const host = new NativeInflux(binary, settings);
  try {
    await host.start();
  } catch (error) {
    await host.dispose();
    throw error;
  }
  return host;
}

class NativeInflux implements InfluxHost {
  readonly from = 'native';
  readonly url: string;
  readonly #directory: string;
  readonly #guard: LeftBehindGuard;
  readonly #binary: string;
  readonly #settings: InfluxSettings;
  #child: ChildProcess | null = null;
  #output = '';

  constructor(binary: string, settings: InfluxSettings) {
    this.#binary = binary;
    this.#settings = settings;
    this.#directory = mkdtempSync(join(settings.env['TMPDIR'] ?? tmpdir(), 'neuraltrade-influx-'));
    this.#guard = new LeftBehindGuard(this.#directory);
    this.url = `http://127.0.0.1:${settings.port}`;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    if (this.#child !== null) return;
    const child = this.#launch();
    await untilAnswering(this.url, this.#settings.startTimeoutMs, () =>
      this.#child === child
        ? null
        : `influxd (${this.#binary}) ended while starting. It said: ${this.#output}`,
    );
  }

  async stop(): Promise<void> {
    await this.thaw();
    await this.#end('SIGTERM');
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  freeze(): Promise<void> {
    return freezeProcess(this.#child);
  }

  thaw(): Promise<void> {
    this.#child?.kill('SIGCONT');
    return Promise.resolve();
  }

  async dispose(): Promise<void> {
    await (this.#settings.dataDir === undefined ? this.kill() : this.stop());
    this.#guard.dismiss();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #launch(): ChildProcess {
    const dataDir = this.#settings.dataDir ?? join(this.#directory, 'data');
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    this.#output = '';
    const child = spawn(this.#binary, argumentsFor(dataDir, this.#settings.port), {
      // It would read and keep settings in the home directory of whoever runs it.
      env: { PATH: '/usr/bin:/bin', HOME: this.#directory },
      cwd: this.#directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      // An interrupt from the terminal is for its owner, who stops it in order.
      detached: true,
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_CHARACTERS);
      });
    }
    const ended = (): void => {
      if (child.pid !== undefined) this.#guard.remove(child.pid);
      if (this.#child === child) this.#child = null;
    };
    child.once('exit', ended);
    child.once('error', (error) => {
      this.#output += error.message;
      ended();
    });
    if (child.pid !== undefined) this.#guard.add(child.pid);
    return child;
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(force);
  }
}

function argumentsFor(dataDir: string, port: number): string[] {
  return [
    `--bolt-path=${join(dataDir, 'influxd.bolt')}`,
    `--sqlite-path=${join(dataDir, 'influxd.sqlite')}`,
    `--engine-path=${join(dataDir, 'engine')}`,
    `--http-bind-address=127.0.0.1:${port}`,
    '--reporting-disabled',
    '--log-level=warn',
  ];
}
