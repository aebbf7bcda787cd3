import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ExpectedError } from '@neuraltrade/service';

/** A program of the workspace as a child process. */
export class ChildProgram {
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private readonly said: string[] = [];
  private hasEnded = false;

  /**
   * @param root directory of the workspace.
   * @param project what to run ('apps/standalone').
   * @param args its arguments.
   * @param env variables beside those of this process.
   */
  constructor(
    root: string,
    private readonly project: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.child = spawn(process.execPath, ['tools/run.mjs', project, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => {
        this.hasEnded = true;
        resolve();
      });
    });
  }

  /** Waits for a line of its output that has this form. @throws ExpectedError when it ends before. */
  async line(form: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve) => {
      for (const stream of [this.child.stdout, this.child.stderr]) {
        if (stream === null) continue;
        createInterface({ input: stream }).on('line', (line) => {
          this.said.push(line);
          if (this.said.length > 20) this.said.shift();
          const match = form.exec(line);
          if (match !== null) resolve(match);
        });
      }
    });
    return Promise.race([
      found,
      this.ended.then(() => {
        throw new ExpectedError(`${this.project} has ended too early:\n${this.said.join('\n')}`);
      }),
    ]);
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    if (!this.hasEnded) this.child.kill('SIGTERM');
    await this.ended;
  }
}
