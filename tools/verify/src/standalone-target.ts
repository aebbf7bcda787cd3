import { join } from 'node:path';
import { storeDirectory } from '@neuraltrade/storage';
import { embeddedMarket } from './embedded-market';
import { getJson, type PipelineSummary, processedTrades, type Readiness, whyNotReady } from './http-answers';
import { ManagedProcess } from './managed-process';
import type { StoredMarket } from './stored-market';
import type { Target, TargetProcess, TargetSettings, TargetState } from './target';

const STARTS_WITHIN_MS = 60_000;

/** `npm start` as one process with a store of its own. */
export class StandaloneTarget implements Target {
  /** See {@link Target.faults}. */
  readonly faults = new Map([['kill', () => this.#killAndStart()]]);
  readonly #settings: TargetSettings;
  /** See {@link Target.revisions}. The in-process bus is closed to others. */
  readonly revisions = null;
  #simulatorUrl = '';
  #process: ManagedProcess | null = null;
  #url: string | null = null;

  /** @param settings where it keeps its data and what it is told. */
  constructor(settings: TargetSettings) {
    this.#settings = settings;
  }

  /** See {@link Target.start}. */
  async start(simulatorUrl: string): Promise<void> {
    this.#simulatorUrl = simulatorUrl;
    await this.#run();
  }

  /** See {@link Target.state}. */
  async state(): Promise<TargetState> {
    const nothing = { ready: false, openGaps: 0, trades: 0 };
    if (this.#process?.alive !== true) return { ...nothing, reason: 'the process does not run' };
    if (this.#url === null) return { ...nothing, reason: 'the process starts' };
    try {
      const [readiness, summary] = await Promise.all([
        getJson<Readiness>(`${this.#url}/health/ready`),
        getJson<PipelineSummary>(`${this.#url}/api/pipeline`),
      ]);
      return {
        ready: readiness.ready,
        openGaps: summary.openGaps,
        trades: processedTrades(summary),
        reason: whyNotReady(readiness),
      };
    } catch (error) {
      return { ...nothing, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** See {@link Target.sinkPage}. */
  get sinkPage(): Target['sinkPage'] {
    const [process] = this.processes();
    return process === undefined || this.#url === null ? null : { pid: process.pid, url: this.#url };
  }

  /** See {@link Target.dashboardUrl}. */
  get dashboardUrl(): string | null {
    return this.#url;
  }

  /** See {@link Target.processes}. */
  processes(): readonly TargetProcess[] {
    const { pid, startedAt, alive } = this.#process ?? { pid: 0, startedAt: 0, alive: false };
    return alive ? [{ name: 'standalone', pid, startedAt }] : [];
  }

  /** See {@link Target.stop}. */
  async stop(): Promise<string[]> {
    const fault = await this.#process?.stop();
    return typeof fault === 'string' ? [fault] : [];
  }

  /** See {@link Target.stored}. */
  stored(): StoredMarket {
    return embeddedMarket(join(storeDirectory(this.#settings.directory, 'simulated'), 'store'));
  }

  async #killAndStart(): Promise<null> {
    await this.#process?.kill();
    await this.#run();
    return null;
  }

  async #run(): Promise<void> {
    const { root, directory, symbols, timeframes, env } = this.#settings;
    this.#url = null;
    this.#process = new ManagedProcess(
      'The pipeline',
      join(root, 'dist/apps/standalone/main.cjs'),
      ['--port', '0', '--data-dir', directory, ...(symbols === undefined ? [] : ['--symbols', symbols])],
      { ...env, TIMEFRAMES: timeframes, SIMULATOR_URL: this.#simulatorUrl },
      join(directory, 'standalone.log'),
    );
    this.#url = await this.#process.says(/dashboard on (http:\/\/\S+?),/, STARTS_WITHIN_MS);
  }
}
