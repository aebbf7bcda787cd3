import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Comparison } from './comparison';
import { FAULT_NAMES } from '@neuraltrade/venue-simulator';

const ROOT = join(__dirname, '../../..');

// A hang ends here; the command has deadlines of its own.
jest.setTimeout(300_000);

/** The command with its arguments, to its end. */
function run(args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['tools/run.mjs', 'tools/verify', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], RECONNECT_BASE_MS: '100', RECONNECT_MAX_MS: '500', LOG_LEVEL: 'warn' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('npm run verify', () => {
  it('finds every trade stored once and every candle right after each fault and a kill', async () => {
    const { code, stdout, stderr } = await run([
      ...['--duration', '10s', '--rate', '200', '--seed', '1', '--fault-every', '250ms'],
      ...['--symbols', 'BTC/USDT,ETH/USD', '--history', '10s', '--timeframes', '1s,5s,1m'],
    ]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('once and right') as string,
    });
    const result = JSON.parse(stdout) as Comparison;
    expect(result).toMatchObject({
      ticks: { missing: 0, extra: 0, wrong: 0 },
      candles: { wrong: 0 },
      gaps: { open: 0, unaccounted: 0 },
    });
    expect(result.ticks.expected).toBeGreaterThan(1_000);
    expect(result.candles.expected).toBeGreaterThan(30);
    const names = result.faults.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...FAULT_NAMES, 'kill']));
  });

  it('refuses another target with a sentence', async () => {
    const { code, stdout, stderr } = await run(['--target', 'cloud']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("not 'cloud'");
  });
});
