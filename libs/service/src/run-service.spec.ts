import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildControlledService, until } from './fixtures/spawn-service';
import type { SpawnedService } from './fixtures/spawn-service';

let service: Awaited<ReturnType<typeof buildControlledService>>;
beforeAll(async () => {
  service = await buildControlledService();
});
afterAll(() => service.remove());

/** The port that the log names, once the service has started. */
async function started({ lines, stdout }: SpawnedService): Promise<number> {
  return until('the service to start', () => {
    if (!stdout().includes('"msg":"started"')) return undefined;
    return lines().find((line) => line['msg'] === 'health and metrics are served')?.['port'] as number;
  });
}

const get = (port: number, path: string) => fetch(`http://127.0.0.1:${port}${path}`);

describe('a service process', () => {
  test('serves health and metrics and stops on SIGTERM in order with exit code 0', async () => {
    const run = service.run({});
    const port = await started(run);
    expect((await get(port, '/health/live')).status).toBe(200);
    expect((await get(port, '/health/ready')).status).toBe(200);
    const metrics = await (await get(port, '/metrics')).text();
    expect(metrics).toContain('neuraltrade_gaps_total');
    expect(metrics).toContain('nodejs_eventloop_lag_p99_seconds');
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(0);
    const stop = run.lines().map((line) => line['msg']);
    expect(stop.slice(-4)).toEqual(['stopping', 'intake stopped', 'bus closed', 'stopped']);
    expect(run.stderr()).toBe('');
  });

  test.each(['SIGINT', 'SIGHUP'] as const)('%s stops it like SIGTERM', async (signal) => {
    const run = service.run({});
    await started(run);
    run.child.kill(signal);
    expect(await run.exit).toBe(0);
  });

  test('while stopping it is alive but not ready, and a second signal does not cut the stop short', async () => {
    const run = service.run({ MODE: 'slow-stop' });
    const port = await started(run);
    run.child.kill('SIGTERM');
    const answer = await until('not ready', async () => {
      const ready = await get(port, '/health/ready');
      return ready.status === 503 && (await ready.json());
    });
    expect(answer).toMatchObject({
      ready: false,
      checks: [
        { name: 'service', ok: false, reason: 'The service is stopping.' },
        { name: 'store', ok: true },
      ],
    });
    expect((await get(port, '/health/live')).status).toBe(200);
    run.child.kill('SIGTERM');
    await until('the second signal to be noted', () => run.stdout().includes('asked again to stop'));
    expect(run.child.exitCode).toBeNull();
    run.child.stdin.write('go\n');
    expect(await run.exit).toBe(0);
    expect(run.lines().at(-1)).toMatchObject({ msg: 'stopped' });
  });

  test('a step that hangs is named and the process leaves with a fault', async () => {
    const run = service.run({ MODE: 'hang', SHUTDOWN_TIMEOUT_MS: '200' });
    await started(run);
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(1);
    expect(run.stderr()).toBe(
      "controlled: 'writer' did not stop within 200 ms (SHUTDOWN_TIMEOUT_MS). " +
        'Not stopped because of it: bus, health and metrics.\n',
    );
    expect(run.lines().at(-1)).toMatchObject({ level: 'error', hung: 'writer' });
  });

  test('a step that fails is named, the steps after it still run, and the process leaves with a fault', async () => {
    const run = service.run({ MODE: 'failing-step' });
    await started(run);
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(1);
    expect(run.stderr()).toBe("controlled: Stopping 'writer' failed: disk is full\n");
    expect(run.stdout()).toContain('bus closed');
  });

  test('a service whose work is done stops itself with exit code 0', async () => {
    expect(await service.run({ MODE: 'done' }).exit).toBe(0);
  });

  test('every fault of the environment is printed at once and the exit code is 78', async () => {
    const run = service.run({ HTTP_PORT: 'abc', LOG_LEVEL: 'loud', STORE_TOKEN: 'short', MODE: 'none' });
    expect(await run.exit).toBe(78);
    expect(run.stdout()).toBe('');
    expect(run.stderr()).toContain("HTTP_PORT must be a whole number from 0 to 65535, not 'abc'.\n");
    expect(run.stderr()).toContain('LOG_LEVEL must be one of ');
    expect(run.stderr()).toContain('STORE_TOKEN must be a text of 8 to 4096 characters.\n');
    expect(run.stderr()).toContain('MODE must be one of ');
    expect(run.stderr()).not.toContain('short');
    expect(run.stderr()).not.toContain('    at ');
  });

  test('the text of --help goes to stdout with exit code 0', async () => {
    const run = service.run({}, ['--help']);
    expect(await run.exit).toBe(0);
    expect(run.stdout()).toBe('Usage: controlled [--help]\n');
  });

  test('a rejection that nobody awaits leaves with 1, and its fatal line is the last after ten MB of log', async () => {
    const run = service.run({ MODE: 'reject' });
    expect(await run.exit).toBe(1);
    expect(run.stdout().length).toBeGreaterThan(10_000_000);
    const last = run.lines().at(-1);
    expect(last).toMatchObject({ level: 'fatal', err: { message: 'nobody awaited this' } });
    expect(last).toHaveProperty('err.stack');
    expect(run.stderr()).toBe('controlled: Unexpected error, leaving: nobody awaited this\n');
  });

  test('an error thrown in a callback leaves with 1 and a fatal line', async () => {
    const run = service.run({ MODE: 'throw' });
    expect(await run.exit).toBe(1);
    expect(run.lines().at(-1)).toMatchObject({ level: 'fatal', err: { message: 'thrown in a callback' } });
  });

  test('an expected error of the start is a sentence without a stack and gives its exit code', async () => {
    const run = service.run({ MODE: 'refuse' });
    expect(await run.exit).toBe(3);
    expect(run.stderr()).toBe(
      'controlled: The store in /nowhere is in use by another process. Stop it first.\n',
    );
    expect(run.stdout()).not.toContain('    at ');
  });

  test('a port in use is a sentence with the port and the remedy', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const run = service.run({ HTTP_PORT: String(port) });
    expect(await run.exit).toBe(1);
    holder.close();
    expect(run.stderr()).toBe(
      `controlled: Port ${port} on 127.0.0.1 is in use by another process. ` +
        'Stop that process, or set HTTP_PORT to another port (0 takes any free one).\n',
    );
  });

  test('a check that fails makes it not ready, with the reason', async () => {
    const run = service.run({ MODE: 'chatter' });
    const port = await started(run);
    const ready = await get(port, '/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      ready: false,
      checks: [
        { name: 'service', ok: true, reason: '' },
        { name: 'store', ok: false, reason: 'The last write failed.' },
      ],
    });
    run.child.kill('SIGTERM');
    await run.exit;
  });

  test('a reader of stdout that goes away ends it quietly', async () => {
    const run = service.run({ MODE: 'chatter' });
    await started(run);
    run.child.stdout.destroy();
    expect(await run.exit).toBe(0);
    expect(run.stderr()).toBe('');
  });

  test('secrets stay out of everything it prints, however they get there', async () => {
    const canary = 'canary-4f1e"9b';
    const tokenFile = join(service.folder, 'token');
    writeFileSync(tokenFile, `${canary}\n`);
    const run = service.run({
      MODE: 'leak',
      STORE_TOKEN_FILE: tokenFile,
      AMQP_URLS: 'amqp://user:canary%2Furl@one/,amqps://user:canary2url@two/',
    });
    expect(await run.exit).toBe(1);
    expect(run.stdout()).toContain('connecting to amqp://user:[redacted]@one/');
    expect(run.stdout() + run.stderr()).not.toMatch(/canary|pa55word/);
  });
});
