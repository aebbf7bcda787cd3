import { FAULT_NAMES } from '@neuraltrade/venue-simulator';
import { runVerify } from './testing/run-verify';

// A hang ends here; the command has deadlines of its own.
jest.setTimeout(300_000);

describe('npm run verify', () => {
  it('finds every trade stored once and every candle right after each fault and a kill', async () => {
    const { code, stderr, result } = await runVerify([
      ...['--duration', '6s', '--rate', '200', '--seed', '1'],
      ...['--symbols', 'BTC/USDT,ETH/USD', '--history', '10s', '--timeframes', '1s,5s,1m'],
    ]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('once and right') as string,
    });
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
    const { code, stdout, stderr } = await runVerify(['--target', 'cloud']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("not 'cloud'");
  });
});
