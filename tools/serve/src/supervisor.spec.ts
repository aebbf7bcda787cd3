import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServedCommand } from './served-process';
import { Supervisor } from './supervisor';

const DEADLINE_MS = 20_000;
const ROOT = join(__dirname, '../../..');
/** What the sink needs to start; it is refused its port before it looks for any of them. */
const NOWHERE = {
  AMQP_URLS: 'amqp://127.0.0.1:1',
  INFLUX_URL: 'http://127.0.0.1:1',
  INFLUX_TOKEN: 'a-token-of-this-test',
  INFLUX_ORG: 'org',
  INFLUX_BUCKET: 'bucket',
};

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`It took too long: ${what}.`);
    await sleep(20);
  }
}

/** A service that says 'up', and 'stopped NAME' when it is asked to end. */
const ORDERLY = `process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); }); console.log('up'); setInterval(() => {}, 1000);`;

function script(name: string, text: string, stopStage = 0): ServedCommand {
  return { name, program: process.execPath, args: ['-e', text], env: process.env, stopStage };
}

function alive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a supervisor', () => {
  const lines: string[] = [];
  let supervisor: Supervisor;
  const has = (text: string): boolean => lines.some((line) => line.includes(text));

  beforeEach(() => {
    lines.length = 0;
    supervisor = new Supervisor((line) => lines.push(line), ['adapter', 'sink']);
  });
  afterEach(async () => {
    await supervisor.stop();
  });

  it('names each service with its pid and shows its lines under its name', async () => {
    const served = supervisor.start(script('sink', ORDERLY));
    await until(() => has('up'), 'the first line');
    expect(lines).toContain(`sink: pid ${served.pid}`);
    expect(lines).toContain(`${' '.repeat(12)} sink    up`);
  });

  it('names a port of health that is taken by the variable that sets it here', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    );
    execFileSync(process.execPath, ['tools/bundle.mjs', 'apps/influx-sink'], { cwd: ROOT });
    supervisor.start({
      ...{
        name: 'influx-sink',
        program: process.execPath,
        args: [join(ROOT, 'dist/apps/influx-sink/main.cjs')],
      },
      ...{ env: { ...NOWHERE, HTTP_PORT: String(port) }, stopStage: 0 },
    });
    await until(() => has('has ended'), 'the end of the sink');
    server.close();
    expect(lines.join('\n')).toContain('or set INFLUX_SINK_HTTP_PORT to another port');
  });

  it('stops services of a smaller stage first, and the next ones only when those have ended', async () => {
    const slow = `process.on('SIGTERM', () => setTimeout(() => { console.log('stopped'); process.exit(0); }, 150)); console.log('up'); setInterval(() => {}, 1000);`;
    supervisor.start(script('sink', ORDERLY, 1));
    supervisor.start(script('adapter', slow, 0));
    await until(() => lines.filter((line) => line.endsWith('up')).length === 2, 'both services');
    await supervisor.stop();
    const stopped = lines.filter((line) => line.endsWith('stopped')).map((line) => line.trim().split(' ')[0]);
    expect(stopped).toEqual(['adapter', 'sink']);
    expect(supervisor.failed).toBe(false);
  });

  it('says at once when a service dies, and that the others go on', async () => {
    supervisor.start(script('sink', ORDERLY));
    const dying = supervisor.start(script('adapter', 'process.exit(3)'));
    await until(() => has('has ended'), 'the death');
    expect(lines).toContain(`adapter (pid ${dying.pid}) has ended with code 3. The others go on.`);
    expect(supervisor.failed).toBe(true);
  });

  it('says so when a program cannot be started', async () => {
    supervisor.start({ ...script('adapter', ''), program: '/nowhere/at-all' });
    await until(() => has('has ended'), 'the end');
    expect(has('cannot be started')).toBe(true);
  });

  it('ends a service by force when it is asked to stop again', async () => {
    const deaf = supervisor.start(
      script('sink', `process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000);`),
    );
    await until(() => has('up'), 'the service');
    const stopping = supervisor.stop();
    await supervisor.stop();
    await stopping;
    expect((await deaf.ended).signal).toBe('SIGKILL');
    expect(supervisor.failed).toBe(true);
  });
});

it('a program started by tools/run.mjs ends when the process that supervises it was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'serve-'));
  const parent = join(folder, 'parent.mjs');
  // Its child reads the standard input that this test holds open: it has no other reason to end.
  writeFileSync(
    parent,
    `import { spawn } from 'node:child_process';
     const child = spawn(process.execPath, ['tools/run.mjs', 'tools/decode', '--exchange', 'kraken', '--symbols', 'BTC/USD'],
       { stdio: ['inherit', 'ignore', 'inherit'], detached: true, env: { ...process.env, npm_lifecycle_event: undefined, STOP_WITH_PARENT: String(process.pid) } });
     console.log(child.pid);
     setInterval(() => {}, 1000);`,
  );
  execFileSync('mkfifo', [join(folder, 'input')]);
  const input = openSync(join(folder, 'input'), 'r+');
  const supervising = spawn(process.execPath, [parent], { stdio: [input, 'pipe', 'inherit'] });
  const told = supervising.stdout;
  if (told === null) throw new Error('The pipe is missing.');
  try {
    const pid = await new Promise<number>((resolve) => told.once('data', (text) => resolve(Number(text))));
    expect(alive(pid)).toBe(true);
    supervising.kill('SIGKILL');
    await until(() => !alive(pid), 'the end of the child');
  } finally {
    supervising.kill('SIGKILL');
    closeSync(input);
    rmSync(folder, { recursive: true, force: true });
  }
});
