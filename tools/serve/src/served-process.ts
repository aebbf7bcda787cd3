import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { type Env, textLines } from '@neuraltrade/service';

const LONGEST_LINE = 65_536;

/** How one service is started. */
export interface ServedCommand {
  /** The service's name ('processor'). */
  readonly name: string;
  /** The program. */
  readonly program: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Env;
  /** When it is stopped: services of a smaller number first. */
  readonly stopStage: number;
}

/** How a process ended. */
export interface ProcessEnd {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it; null when it left by itself. */
  readonly signal: NodeJS.Signals | null;
}

/** One service running as a process of its own, in a process group of its own: a Ctrl-C in the terminal does not reach it. */
export class ServedProcess {
  /** Settles when it has ended and its last line has been told. */
  readonly ended: Promise<ProcessEnd>;
  /** How it was started. */
  readonly command: ServedCommand;
  readonly #child: ChildProcess;
  #running = true;

  /**
   * Starts it.
   * @param onLine is told every line of its standard output and standard error.
   */
  constructor(command: ServedCommand, onLine: (line: string) => void) {
    this.command = command;
    this.#child = spawn(command.program, command.args, {
      env: { ...command.env, STOP_WITH_PARENT: String(process.pid) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const { stdout, stderr } = this.#child;
    const exit = new Promise<ProcessEnd>((resolve) => {
      this.#child.once('error', (error) => {
        onLine(`${command.program} cannot be started (${error.message}).`);
        resolve({ code: 127, signal: null });
      });
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.ended = Promise.all([exit, tell(stdout, onLine), tell(stderr, onLine)]).then(([end]) => {
      this.#running = false;
      return end;
    });
  }

  /** Its process id; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it has not ended yet. */
  get running(): boolean {
    return this.#running;
  }

  /** Asks it to stop in order and resolves when it has; after `deadlineMs` it is ended by force. */
  async stop(deadlineMs: number): Promise<ProcessEnd> {
    this.#signal('SIGTERM');
    const force = setTimeout(() => this.kill(), deadlineMs);
    const end = await this.ended;
    clearTimeout(force);
    return end;
  }

  /** Ends it by force, with whatever it has started. */
  kill(): void {
    if (this.pid === undefined || !this.#running) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(signal);
  }
}

async function tell(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (stream === null) return;
  for await (const lines of textLines(stream, LONGEST_LINE)) {
    for (const { text } of lines) onLine(text ?? `(a line of more than ${LONGEST_LINE} characters)`);
  }
}
