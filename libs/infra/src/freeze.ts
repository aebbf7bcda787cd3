import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 2;
const WITHIN_MS = 5_000;

/** Stops a process from running and resolves when every thread of it stands still: the signal alone is only a request. */
export async function freezeProcess(child: ChildProcess | null | undefined): Promise<void> {
  if (child?.pid === undefined) return;
  child.kill('SIGSTOP');
  for (let waited = 0; waited < WITHIN_MS; waited += LOOK_EVERY_MS) {
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => null);
    // Where there is no such file (another system) nothing can be seen: the signal has to do.
    if (stat === null || /\) [tT] /.test(stat)) return;
    await sleep(LOOK_EVERY_MS);
  }
}
