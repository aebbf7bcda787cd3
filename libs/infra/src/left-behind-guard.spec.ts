import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';

/** Starts a process that never ends by itself, guards it, and tells its number. */
const OWNER = `
import { spawn } from 'node:child_process';
import { LeftBehindGuard } from './left-behind-guard';
const guard = new LeftBehindGuard(process.argv[2]);
const [kept, ended] = [spawn('sleep', ['600']), spawn('true')];
guard.add(kept.pid);
guard.add(ended.pid);
ended.on('exit', () => {
  guard.remove(ended.pid);
  process.stdout.write(kept.pid + '\\n');
});
process.on('SIGTERM', () => {
  guard.dismiss();
  kept.kill();
  process.exit();
});
`;

describe('the guard of servers', () => {
  let scratch: string;
  let guarded: string;
  let owner: ChildProcess;

  beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'guard-test-'));
    guarded = mkdtempSync(join(scratch, 'guarded-'));
    const script = join(scratch, 'owner.cjs');
    const stdin = { contents: OWNER, resolveDir: __dirname, loader: 'ts' as const };
    buildSync({ stdin, bundle: true, platform: 'node', outfile: script, logLevel: 'error' });
    owner = spawn(process.execPath, [script, guarded], { stdio: ['ignore', 'pipe', 'inherit'] });
  });

  afterEach(() => {
    owner.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  });

  async function serverOf(process: ChildProcess): Promise<number> {
    for await (const line of process.stdout ?? []) return Number(line);
    throw new Error('The owner said nothing.');
  }

  it('ends the servers of an owner that was killed, and removes their folder', async () => {
    const server = await serverOf(owner);
    expect(isAlive(server)).toBe(true);
    owner.kill('SIGKILL');
    await until(() => !isAlive(server) && !existsSync(guarded));
  });

  it('does nothing once it is dismissed', async () => {
    const server = await serverOf(owner);
    owner.kill('SIGTERM');
    await until(() => !isAlive(server));
    expect(existsSync(guarded)).toBe(true);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('Waited 10 s in vain.');
    await sleep(10);
  }
}
