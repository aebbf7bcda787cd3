import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Waits for the end of its input, which comes however its owner ends, then ends what is left and removes the folder. */
const SCRIPT = 'read -r _; for pid in $(cat "$1/pids"); do kill -9 "$pid"; done; rm -rf "$1"';

/**
 * Ends servers whose owner died without stopping them, kill -9 included, and removes their folder.
 * While the owner lives it does nothing.
 */
export class LeftBehindGuard {
  private readonly process: ChildProcess;
  private readonly pids = new Set<number>();

  /** @param directory what is removed with the processes; holds the list of them. */
  constructor(private readonly directory: string) {
    this.write();
    // In a session of its own: an interrupt from the terminal is for the owner, who stops servers in order.
    this.process = spawn('sh', ['-c', SCRIPT, 'sh', directory], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    this.process.on('error', () => undefined);
    this.process.stdin?.on('error', () => undefined);
    this.process.unref();
    (this.process.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }

  /** A process to be ended with the owner. */
  add(pid: number): void {
    this.pids.add(pid);
    this.write();
  }

  /** A process that has ended by itself: its number may belong to another one soon. */
  remove(pid: number): void {
    if (this.pids.delete(pid)) this.write();
  }

  /** To be called when everything has ended in order. */
  dismiss(): void {
    this.process.kill('SIGKILL');
  }

  private write(): void {
    writeFileSync(join(this.directory, 'pids'), [...this.pids].join('\n'));
  }
}
