import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../../../..');
const DEADLINE_MS = 25_000;

/** Builds the bundles of these projects ('apps/processor'), as they are deployed. */
export async function bundles(projects: readonly string[]): Promise<void> {
  await Promise.all(
    projects.map((project) =>
      promisify(execFile)(process.execPath, ['tools/bundle.mjs', project], { cwd: ROOT }),
    ),
  );
}

/** What the readiness page says. */
export interface Readiness {
  /** The HTTP status; 0 while the page is not served. */
  readonly status: number;
  /** Name and reason of each check that does not hold. */
  readonly faults: readonly { readonly name: string; readonly reason: string }[];
}

/** A program of ours as a child process with its environment, as an orchestrator runs it. */
export class ServiceProcess {
  /** Settles with the exit code; null after a signal. */
  readonly exit: Promise<number | null>;
  /** What it has printed. */
  stdout = '';
  /** What it has said to people. */
  stderr = '';
  /** Whether it has ended. */
  ended = false;
  readonly #child: ChildProcess;

  /**
   * @param script relative to the workspace.
   * @param env its whole environment.
   */
  constructor(
    readonly script: string,
    env: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ) {
    this.#child = spawn(process.execPath, [script, ...args], { cwd: ROOT, env });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.exit = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        this.ended = true;
        resolve(code);
      });
    });
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Its log, parsed. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The address of health and metrics; null while it is not told. */
  get url(): string | null {
    const told = this.log.find((line) => 'port' in line);
    return told === undefined ? null : `http://127.0.0.1:${String(told['port'])}`;
  }

  /** Where people reach it; null while it is not told, and for a service without a page. */
  get pageUrl(): string | null {
    const told = this.log.find((line) => 'url' in line);
    return told === undefined ? null : String(told['url']).replace('localhost', '127.0.0.1');
  }

  /** The readiness page now. */
  async readiness(): Promise<Readiness> {
    const { url } = this;
    if (url === null) return { status: 0, faults: [] };
    const answer = await fetch(`${url}/health/ready`);
    const { checks } = (await answer.json()) as {
      checks: readonly { name: string; ok: boolean; reason: string }[];
    };
    return { status: answer.status, faults: checks.filter(({ ok }) => !ok) };
  }

  /** Waits until the page says that it is not ready for a reason with this text. */
  async waitsFor(text: string): Promise<void> {
    await eventually(
      async () => (await this.readiness()).faults.some(({ reason }) => reason.includes(text)),
      async () => `${this.script} to say '${text}'; it says ${JSON.stringify(await this.readiness())}`,
    );
  }

  /** Waits until it is ready. */
  async isReady(): Promise<void> {
    await eventually(
      async () => (await this.readiness()).status === 200,
      async () => `${this.script} to be ready: ${JSON.stringify(await this.readiness())} ${this.stderr}`,
    );
  }

  /** A metric's value for these labels, in the order in which they are written; 0 when there is none. */
  async metric(name: string, labels: string): Promise<number> {
    const page = await (await fetch(`${this.url ?? ''}/metrics`)).text();
    const start = `neuraltrade_${name}{${labels}} `;
    const line = page.split('\n').find((text) => text.startsWith(start));
    return line === undefined ? 0 : Number(line.slice(start.length));
  }

  /** Sends a signal and waits for the end. @returns the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.ended) this.#child.kill(signal);
    return this.exit;
  }
}

/** Waits until something holds. @throws Error that says what for. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string | Promise<string>),
  deadlineMs = DEADLINE_MS,
): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  while (!(await holds())) {
    if (Date.now() > deadline) {
      throw new Error(
        `Waited ${deadlineMs / 1_000} s for ${typeof what === 'string' ? what : await what()}.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
