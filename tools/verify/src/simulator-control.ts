import { ManagedProcess } from './managed-process';

const STARTS_WITHIN_MS = 60_000;
const ANSWERS_WITHIN_MS = 10_000;

/** A fault as the simulator tells it when it is asked for. */
export interface CommandedFault {
  /** Its name. */
  readonly fault: string;
  /** The venue that it befalls. */
  readonly exchange: string;
  /** BASE/QUOTE, where it befalls one symbol. */
  readonly symbol?: string;
  /** When it began, ms UTC. */
  readonly at: number;
  /** When it ends, ms UTC, where that is known. */
  readonly until?: number;
}

/** A fault that is asked for. */
export interface FaultRequest {
  /** Its name. */
  readonly fault: string;
  /** Delay, limit or shift, ms; absent = the usual one. */
  readonly ms?: number;
  /** How long it lasts, ms; absent = the usual time. */
  readonly forMs?: number;
  /** Whether clients are cut at once, so that a fault that befalls subscribing or REST shows now. */
  readonly cut?: boolean;
}

/** What the simulator counts. */
export interface MarketStatistics {
  /** Trades that happened. */
  readonly trades: number;
  /** Commands for faults that have shown an effect, by the fault's name. */
  readonly faults: Readonly<Record<string, number>>;
  /** Market time that was left out, ms. */
  readonly skippedMs: number;
}

/** The venue simulator as a process of its own. */
export class SimulatorControl {
  /** The process. */
  readonly process: ManagedProcess;
  /** Address of its control interface. */
  readonly url: string;

  private constructor(process: ManagedProcess, url: string) {
    this.process = process;
    this.url = url;
  }

  /** Starts it. @throws Error with what it says when it does not start. */
  static async start(
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    logFile: string,
  ): Promise<SimulatorControl> {
    const process = new ManagedProcess('The simulator', script, args, env, logFile);
    return new SimulatorControl(process, await process.says(/"control":"(http:[^"]+)"/, STARTS_WITHIN_MS));
  }

  /** Asks for a fault; the simulator chooses the place where none is named. */
  fault(command: FaultRequest): Promise<CommandedFault> {
    return this.#ask('POST', 'faults', command) as Promise<CommandedFault>;
  }

  /** Counts so far. */
  statistics(): Promise<MarketStatistics> {
    return this.#ask('GET', 'statistics') as Promise<MarketStatistics>;
  }

  /** Ends trading; clients stay. */
  async hold(): Promise<void> {
    await this.#ask('POST', 'hold');
  }

  /** Ends it in order. @returns a sentence when it did not leave with 0. */
  async stop(): Promise<string | null> {
    await this.#ask('POST', 'stop').catch(() => undefined);
    return this.process.leave();
  }

  async #ask(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await fetch(new URL(path, `${this.url}/`), {
      method,
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw new Error(`The simulator answers ${answer.status} to ${path}: ${text.slice(0, 300)}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
