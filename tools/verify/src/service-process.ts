import { join } from 'node:path';
import { getJson, type Readiness, whyNotReady } from './http-answers';
import { ManagedProcess } from './managed-process';
import type { TargetProcess } from './target';

const STARTS_WITHIN_MS = 60_000;
const HEALTH_PORT = /"port":(\d+)[^\n]*health and metrics are served/;
const PAGE_PORT = /"url":"http:\/\/[^":]+:(\d+)[^\n]*The dashboard is served/;

/** One service of the pipeline, which is started again after each kill. */
export class ServiceProcess {
  /** Its name ('processor'), and that of its log. */
  readonly name: string;
  readonly #app: string;
  readonly #root: string;
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: ManagedProcess | null = null;
  #url: string | null = null;
  #pageUrl: string | null = null;

  /**
   * @param root the workspace, with its bundle built.
   * @param directory where its log goes.
   * @param env its whole environment.
   * @param app its folder in apps, where that is not its name.
   */
  constructor(
    name: string,
    root: string,
    directory: string,
    env: Readonly<Record<string, string>>,
    app: string = name,
  ) {
    this.name = name;
    this.#root = root;
    this.#directory = directory;
    this.#env = env;
    this.#app = app;
  }

  /** Where its health and metrics are; null while it starts. */
  get url(): string | null {
    return this.#url;
  }

  /** Where people reach it; null while it starts, and for a service without a page. */
  get pageUrl(): string | null {
    return this.#pageUrl;
  }

  /** Its process; null when none runs. */
  get running(): TargetProcess | null {
    if (this.#process?.alive !== true) return null;
    const { pid, startedAt } = this.#process;
    return { name: this.name, pid, startedAt };
  }

  /** Starts it and waits until it serves its health. @throws Error with what it says when it does not. */
  async start(): Promise<void> {
    this.#url = this.#pageUrl = null;
    this.#process = new ManagedProcess(
      `The ${this.name}`,
      join(this.#root, 'dist/apps', this.#app, 'main.cjs'),
      [],
      this.#env,
      join(this.#directory, `${this.name}.log`),
    );
    this.#url = `http://127.0.0.1:${await this.#process.says(HEALTH_PORT, STARTS_WITHIN_MS)}`;
    if (this.#app === 'dashboard')
      this.#pageUrl = `http://127.0.0.1:${await this.#process.says(PAGE_PORT, STARTS_WITHIN_MS)}`;
  }

  /** Ends it as a crash would and starts it again. */
  async killAndStart(): Promise<void> {
    this.#url = this.#pageUrl = null;
    await this.#process?.kill();
    await this.start();
  }

  /** Stops it from running at all for a while, its connections open. */
  async freeze(forMs: number): Promise<void> {
    await this.#process?.freeze(forMs);
  }

  /** Why it is not ready, with its name in front; empty when it is. */
  async fault(): Promise<string> {
    if (this.running === null) return `${this.name} does not run`;
    if (this.#url === null) return `${this.name} starts`;
    try {
      const why = whyNotReady(await getJson<Readiness>(`${this.#url}/health/ready`));
      return why === '' ? '' : `${this.name}: ${why}`;
    } catch (error) {
      return `${this.name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** Ends it in order. @returns a sentence when it did not leave with 0. */
  async stop(): Promise<string | null> {
    this.#url = this.#pageUrl = null;
    return (await this.#process?.stop()) ?? null;
  }
}
