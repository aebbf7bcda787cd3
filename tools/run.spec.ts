import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const root = join(__dirname, '..');
const run = (...args: string[]) =>
  spawnSync(process.execPath, ['tools/run.mjs', ...args], { cwd: root, encoding: 'utf8' });

describe('running a project', () => {
  let input: Writable | undefined;
  afterEach(() => void input?.destroy());

  test('hands its arguments on and leaves with its exit code', () => {
    const help = run('tools/config-docs', '--help');
    expect([help.status, help.stderr]).toEqual([0, '']);
    expect(help.stdout).toContain('--stdout');
    const wrong = run('tools/config-docs', '--nonsense');
    expect(wrong).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining("'--nonsense'") as unknown,
    });
  });

  test('a project that is not there, or none at all, is a sentence and exit code 1', () => {
    const missing = run('apps/nowhere');
    expect([missing.status, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toBe(
      'There is no apps/nowhere/src/main.ts to build. Name a project such as apps/standalone.\n',
    );
    expect(run().stderr).toMatch(/^Name what to run: /);
  });

  test('the program is the started process itself, so that a signal reaches it once and no process is left', async () => {
    // decode reads stdin until its end, so it is still there when the signal comes.
    const child = spawn(
      process.execPath,
      ['tools/run.mjs', 'tools/decode', '--exchange', 'kraken', '--symbols', 'BTC/USD'],
      {
        cwd: root,
      },
    );
    child.stdin.write('{"channel":"heartbeat"}\n');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    expect(line.toString()).toMatch(/^\{"line":1,/);
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });

  test('under npm it stops when the shell between them is killed, instead of running on unseen', async () => {
    // Its input is descriptor 3, which stays open when the shell is gone: the end of input must not be what ends it.
    const command = 'node tools/run.mjs tools/decode --exchange kraken --symbols BTC/USD <&3; exit 0';
    const shell = spawn('sh', ['-c', command], {
      cwd: root,
      env: { ...process.env, npm_lifecycle_event: 'decode' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    input = shell.stdio[3] as Writable;
    input.on('error', () => undefined).write('{"channel":"heartbeat"}\n');
    await once(shell.stdout as Readable, 'data');
    shell.kill('SIGTERM');
    // stdout closes only when the last process that holds it has ended.
    await once(shell.stdout as Readable, 'close');
  });
});
