import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { freezeProcess } from '@neuraltrade/infra';

/** How long a process may take to end after a SIGTERM before it is killed, ms. */
const END_WITHIN_MS = 60_000;
/** Characters of output that are searched for what a process says at its start. */
const SEARCHED = 65_536;

/** How a process ended. */
export interface Ending {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null;
  /** The signal; null when it left by itself. */
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<ChildProcess>();
// Whatever ends this process, nothing that it started goes on.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program of this workspace as a child process; what it says goes to a file. */
export class ManagedProcess {
  /** Its process id; 0 when it could not be started. */
  readonly pid: number;
  /** When it was started, ms UTC. */
  readonly startedAt = Date.now();
  /** Settles when it has ended. */
  readonly ended: Promise<Ending>;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #log: WriteStream;
  #said = '';
  #ending: Ending | null = null;

  /**
   * @param name how it is told to people.
   * @param script the bundle to run.
   * @param logFile what it prints is appended there.
   */
  constructor(
    name: string,
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    logFile: string,
  ) {
    this.#name = name;
    this.#log = createWriteStream(logFile, { flags: 'a' });
    this.#child = spawn(process.execPath, ['--enable-source-maps', script, ...args], { env });
    running.add(this.#child);
    this.pid = this.#child.pid ?? 0;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#log.write(chunk);
        if (this.#said.length < SEARCHED) this.#said += chunk.toString();
      });
    }
    this.ended = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        running.delete(this.#child);
        this.#ending ??= ending;
        this.#log.end();
        resolve(ending);
      };
      this.#child.on('error', () => end({ code: 1, signal: null }));
      this.#child.on('close', (code, signal) => end({ code, signal }));
    });
  }

  /** Whether it runs. */
  get alive(): boolean {
    return this.#ending === null;
  }

  /** The first group of the pattern in what it says. @throws Error when it ends or the time is over before. */
  async says(pattern: RegExp, withinMs: number): Promise<string> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const found = pattern.exec(this.#said)?.[1];
      if (found !== undefined) return found;
      if (!this.alive)
        throw new Error(`${this.#name} ended at its start: ${this.#said.trim().slice(-2_000)}`);
      if (Date.now() > deadline) throw new Error(`${this.#name} did not start within ${withinMs / 1_000} s.`);
      await sleep(20);
    }
  }

  /** Stops it from running at all for a while, its connections open. */
  async freeze(forMs: number): Promise<void> {
    await freezeProcess(this.#child);
    try {
      await sleep(forMs);
    } finally {
      this.#child.kill('SIGCONT');
    }
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  /** Ends it in order. @returns a sentence when it did not leave with 0. */
  async stop(): Promise<string | null> {
    this.#child.kill('SIGTERM');
    return this.leave();
  }

  /** Waits until it has left by itself. @returns a sentence when it did not leave with 0. */
  async leave(): Promise<string | null> {
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), END_WITHIN_MS);
    const { code, signal } = await this.ended;
    clearTimeout(patience);
    return code === 0 ? null : `${this.#name} did not end in order (${signal ?? `exit code ${code}`}).`;
  }
}
