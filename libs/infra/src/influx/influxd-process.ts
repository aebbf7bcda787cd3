import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const STARTS_WITHIN_MS = 30_000;
const STOPS_WITHIN_MS = 10_000;
const POLL_MS = 50;
const KEPT_LOG_CHARACTERS = 2_000;

/** One influxd on one port and one directory, which can be ended and started again. */
export class InfluxdProcess {
  readonly #binary: string;
  readonly #directory: string;
  readonly #port: number;
  #child: ChildProcess | null = null;
  #exited: Promise<unknown> = Promise.resolve();
  #output = '';
  /** What this process starts must not outlive it. */
  readonly #killAtExit = (): void => void this.#child?.kill('SIGKILL');

  /** Does nothing yet. */
  constructor(binary: string, directory: string, port: number) {
    this.#binary = binary;
    this.#directory = directory;
    this.#port = port;
  }

  /** Where it is reached. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Resolves when it answers. @throws Error with its last words when it does not. */
  async start(): Promise<void> {
    if (this.#child) return;
    this.#output = '';
    const child = spawn(this.#binary, this.#arguments(), {
      // It would keep a configuration in the home directory of whoever runs it.
      env: { PATH: '/usr/bin:/bin', HOME: this.#directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-KEPT_LOG_CHARACTERS);
      });
    }
    let running = true;
    this.#exited = new Promise((resolve) => {
      child.once('error', resolve);
      child.once('exit', resolve);
    }).then(() => {
      running = false;
      this.#child = null;
      process.off('exit', this.#killAtExit);
    });
    this.#child = child;
    process.once('exit', this.#killAtExit);
    const deadline = Date.now() + STARTS_WITHIN_MS;
    while (!(await this.#answers())) {
      if (running && Date.now() < deadline) {
        await sleep(POLL_MS);
        continue;
      }
      await this.kill();
      throw new Error(
        `influxd (${this.#binary}) did not start. It said: ${this.#output.trim() || 'nothing'}`,
      );
    }
  }

  /** SIGTERM, and SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
    await this.#exited;
    clearTimeout(late);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** Sends SIGSTOP or SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async #answers(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/health`, { signal: AbortSignal.timeout(1_000) });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }

  #arguments(): string[] {
    const at = (name: string): string => join(this.#directory, name);
    return [
      `--bolt-path=${at('influxd.bolt')}`,
      `--sqlite-path=${at('influxd.sqlite')}`,
      `--engine-path=${at('engine')}`,
      `--http-bind-address=127.0.0.1:${this.#port}`,
      '--reporting-disabled',
      '--log-level=warn',
    ];
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port was found.');
  return address.port;
}
