import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../../../..');
const DEADLINE_MS = 30_000;
const BUNDLE = 'dist/apps/standalone/main.cjs';
let built = false;

/** Builds the bundle that `npm start` would become, once for the processes of one test file. */
function build(): void {
  if (!built) execFileSync(process.execPath, ['tools/bundle.mjs', 'apps/standalone'], { cwd: ROOT });
  built = true;
}

/** How a process ended. */
export interface Ending {
  /** Its exit code; null when a signal ended it. */
  readonly code: number | null;
  /** All that it printed. */
  readonly stdout: string;
  /** All that it said to people. */
  readonly stderr: string;
}

/** What `npm start` runs, as a child process with a data directory of its own. */
export class StandaloneProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<Ending>;
  private stdout = '';
  private stderr = '';

  /** @param args the flags after `npm start --`. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    build();
    this.child = spawn(process.execPath, ['--enable-source-maps', BUNDLE, ...args], {
      cwd: ROOT,
      env: { ...env },
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  /** The dashboard's address, once it is told. */
  async url(): Promise<string> {
    const found = await eventually(
      () => /dashboard on (http:\/\/\S+?),/.exec(this.stderr)?.[1],
      'the address of the dashboard',
    );
    return found;
  }

  /** Resolves when stderr holds the text. */
  async says(text: string): Promise<void> {
    await eventually(
      () => (this.stderr.includes(text) ? true : undefined),
      () => `'${text}' on stderr, which holds: ${this.stderr}`,
    );
  }

  /** Resolves when the log holds the text. */
  async logs(text: string): Promise<void> {
    await eventually(
      () => (this.stdout.includes(text) ? true : undefined),
      () => `'${text}' in the log, which holds: ${this.stdout}`,
    );
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.child.kill(signal);
    return this.ended;
  }

  /** Waits for it to end by itself. */
  end(): Promise<Ending> {
    return this.ended;
  }
}

/** The JSON answer of a GET request, and its status. */
export async function getJson<T>(url: string): Promise<{ status: number; body: T }> {
  const response = await fetch(url);
  return { status: response.status, body: (await response.json()) as T };
}

/** The first value that is not undefined, asked for until the deadline. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string | (() => string),
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) {
      throw new Error(`Waited ${deadlineMs / 1_000} s for ${typeof what === 'string' ? what : what()}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A directory that is removed by the returned function. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'neuraltrade-standalone-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
