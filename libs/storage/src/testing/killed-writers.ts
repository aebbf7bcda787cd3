import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';

const ROOT = join(__dirname, '../../../..');

/** A process that writes to a store round after round. */
export interface Writer {
  /** Its process id. */
  readonly pid: number | undefined;
  /** The last round that it has said to be stored; 0 before the first. */
  readonly rounds: () => number;
  /** Waits until it has said so of a round that meets the condition. @throws Error when it ends before, with what it printed */
  readonly until: (condition: (rounds: number) => boolean) => Promise<void>;
  /** Kills it with SIGKILL, if it still runs. */
  readonly kill: () => Promise<void>;
  /** Waits until it has ended and gives the signal that ended it. @throws Error when it ended by itself */
  readonly killed: () => Promise<void>;
}

/** Where a writer begins, and where in sealing it kills itself. */
export interface WriterStart {
  /** Its first round. */
  readonly first?: number;
  /** The step of sealing; absent = never. */
  readonly killAt?: string;
  /** How many times it reaches the step. */
  readonly nth?: number;
}

/** Processes that own a store until they are killed: what a machine or an impatient user does. */
export class KilledWriters {
  readonly #bundles = mkdtempSync(join(tmpdir(), 'neuraltrade-bundle-'));
  readonly #program = join(this.#bundles, 'writer.cjs');
  readonly #running: Writer[] = [];

  /** @param script the file of this folder that the processes run. */
  constructor(private readonly script = 'write-until-killed.ts') {}

  /** Makes the program. */
  async build(): Promise<void> {
    await build({
      entryPoints: [join(__dirname, this.script)],
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['@duckdb/node-api'],
      logLevel: 'error',
      tsconfig: join(ROOT, 'tsconfig.base.json'),
    });
  }

  /** Starts a writer. */
  start(directory: string, { first = 1, killAt = '', nth = 1 }: WriterStart = {}): Writer {
    const child = spawn(process.execPath, [this.#program, directory, String(first), killAt, String(nth)], {
      env: { NODE_PATH: join(ROOT, 'node_modules') },
    });
    const writer = writerOf(child);
    this.#running.push(writer);
    return writer;
  }

  /** Kills those that still run. */
  async killAll(): Promise<void> {
    for (const writer of this.#running.splice(0)) await writer.kill();
  }

  /** Removes the program. */
  dispose(): void {
    rmSync(this.#bundles, { recursive: true, force: true });
  }
}

function writerOf(child: ChildProcessWithoutNullStreams): Writer {
  let errors = '';
  let rounds = 0;
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => (rounds = Number(line)));
  // After 'close' everything that it has printed is read.
  const ended = Promise.all([once(child, 'close'), once(lines, 'close')]).then(() => undefined);
  return {
    pid: child.pid,
    rounds: () => rounds,
    until: async (condition) => {
      while (!condition(rounds)) {
        const line = await Promise.race([once(lines, 'line'), ended]);
        if (line === undefined && !condition(rounds)) throw new Error(`The writer ended: ${errors}`);
      }
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    killed: async () => {
      await ended;
      if (child.signalCode !== 'SIGKILL') throw new Error(`The writer ended by itself: ${errors}`);
    },
  };
}
