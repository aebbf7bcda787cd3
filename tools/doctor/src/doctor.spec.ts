import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { venues } from '@neuraltrade/venues';
import { checkNode, judgeDisk } from './machine-checks';
import { judgeSkew } from './peer-checks';

const ROOT = join(__dirname, '../../..');
const [venue] = venues;
jest.setTimeout(60_000);

function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['tools/run.mjs', 'tools/doctor', ...args], {
      cwd: ROOT,
      env: { ...env },
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('close', (code) => resolve({ code, text }));
  });
}

async function serve(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('npm run doctor', () => {
  let directory: string;
  let nowhere: Record<string, string>;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'neuraltrade-doctor-'));
    nowhere = { REST_URL: 'http://127.0.0.1:9', DATA_DIR: directory, PORT: '0' };
  });

  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('finds nothing to mend when only the venues are out of reach, and says that --live needs them', async () => {
    const { code, text } = await doctor([], nowhere);
    expect(text).toContain(`${venue?.title} cannot be reached at 127.0.0.1:9`);
    expect(text).toContain('only --live needs it');
    expect(text).toContain('Nothing has to be mended.');
    expect(code).toBe(0);
  });

  it('calls a venue out of reach a fault with --live', async () => {
    const { code, text } = await doctor(['--live'], nowhere);
    expect(text).toMatch(new RegExp(`fault +${venue?.name}`));
    expect(code).toBe(1);
  });

  it('tells answering venues and whether the clock agrees with theirs', async () => {
    const server = await serve();
    const { code, text } = await doctor(['--live'], {
      ...nowhere,
      REST_URL: `http://127.0.0.1:${server.port}`,
    });
    await server.close();
    expect(text).toMatch(/ok +kraken clock +This machine's clock agrees with Kraken/);
    expect(code).toBe(0);
  });

  it('names a port in use, a directory that cannot be written, a broker and a store that do not answer, but no password', async () => {
    const server = await serve();
    const file = join(directory, 'file');
    writeFileSync(file, '');
    const { code, text } = await doctor(['--port', String(server.port), '--data-dir', join(file, 'data')], {
      ...nowhere,
      AMQP_URLS: 'amqp://user:canary-password@127.0.0.1:9',
      INFLUX_URL: 'http://127.0.0.1:9',
    });
    await server.close();
    expect(text).toContain(`Port ${server.port} on 127.0.0.1 is in use`);
    expect(text).toContain('cannot be written (ENOTDIR)');
    expect(text).toContain('No broker answers at 127.0.0.1:9 (ECONNREFUSED)');
    expect(text).toContain('InfluxDB does not answer at 127.0.0.1:9');
    expect(text).not.toContain('canary-password');
    expect(code).toBe(1);
  });

  it('refuses a port that is no number with a sentence', async () => {
    const { code, text } = await doctor(['--port', 'abc'], nowhere);
    expect(text).toBe("--port must be a whole number from 0 to 65535, not 'abc'.\n");
    expect(code).toBe(2);
  });
});

describe('the doctor judges', () => {
  it.each([
    ['20.20.0', 'ok'],
    ['22.1.0', 'ok'],
    ['20.19.9', 'fault'],
    ['18.20.0', 'fault'],
  ])('Node %s as %s', (version, verdict) => expect(checkNode(version).verdict).toBe(verdict));

  it.each([
    [100_000_000, 'fault'],
    [1_000_000_000, 'note'],
    [50_000_000_000, 'ok'],
  ])('%d free bytes as %s', (bytes, verdict) => expect(judgeDisk(bytes).verdict).toBe(verdict));

  it.each([
    [400, 'ok'],
    [-2_000, 'note'],
    [6_000, 'fault'],
    [-60_000, 'fault'],
  ])('a clock %d ms off as %s', (skewMs, verdict) => {
    if (venue === undefined) throw new Error('The registry is empty.');
    expect(judgeSkew(venue, skewMs).verdict).toBe(verdict);
  });
});
