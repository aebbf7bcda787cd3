import { readableLine } from './log-line';
import { underServe } from './services';
import { type ProcessEnd, type ServedCommand, ServedProcess } from './served-process';

/** Longer than the services' own limit for an ordered stop, ms. */
const STOP_DEADLINE_MS = 15_000;

/** Runs services as processes, shows their lines as they come, says at once when one dies, and ends them in order. */
export class Supervisor {
  readonly #print: (line: string) => void;
  readonly #nameWidth: number;
  readonly #processes: ServedProcess[] = [];
  #stopping: Promise<void> | null = null;
  #faults = 0;

  /**
   * @param print shows one line.
   * @param names of all services that will be started, to align their lines.
   */
  constructor(print: (line: string) => void, names: readonly string[]) {
    this.#print = print;
    this.#nameWidth = Math.max(...names.map((name) => name.length));
  }

  /** Whether any service died by itself, or did not stop in order. */
  get failed(): boolean {
    return this.#faults > 0;
  }

  /**
   * Starts one service.
   * @param onLine is asked first; what it returns true for is not shown.
   */
  start(command: ServedCommand, onLine: (line: string) => boolean = () => false): ServedProcess {
    const name = command.name.padEnd(this.#nameWidth);
    const served = new ServedProcess(command, (line) => {
      if (!onLine(line)) this.#print(readableLine(name, underServe(command.name, line)));
    });
    this.#processes.push(served);
    this.#print(`${command.name}: pid ${served.pid ?? 'none'}`);
    void served.ended.then((end) => this.#ended(served, end));
    return served;
  }

  /** Resolves when every service has ended. */
  async allEnded(): Promise<void> {
    await Promise.all(this.#processes.map(({ ended }) => ended));
  }

  /** Ends all services, those of the smallest stage first; asked again, it ends them by force. */
  async stop(): Promise<void> {
    if (this.#stopping !== null) {
      for (const served of this.#processes) served.kill();
      return this.#stopping;
    }
    this.#stopping = this.#stopInOrder();
    return this.#stopping;
  }

  async #stopInOrder(): Promise<void> {
    const stages = [...new Set(this.#processes.map(({ command }) => command.stopStage))].sort(
      (a, b) => a - b,
    );
    for (const stage of stages) {
      const due = this.#processes.filter(({ command }) => command.stopStage === stage);
      await Promise.all(due.map((served) => served.stop(STOP_DEADLINE_MS)));
    }
  }

  #ended(served: ServedProcess, end: ProcessEnd): void {
    const { name } = served.command;
    const asked = this.#stopping !== null;
    if (asked && end.code === 0) return;
    this.#faults += 1;
    const how = end.signal === null ? `with code ${end.code}` : `by ${end.signal}`;
    const rest = this.#processes.some(({ running }) => running) && !asked ? ' The others go on.' : '';
    this.#print(`${name} (pid ${served.pid ?? 'none'}) has ended ${how}.${rest}`);
  }
}
