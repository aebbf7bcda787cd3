import { faultNames } from './fault-list';
import { runVerify } from './testing/run-verify';

/** Those that show by themselves, so that none is asked for again; VERIFY_FAULTS names others by comma, or all. */
const FEW = 'kill,cut-sockets,drop-frames,duplicate-frames,swap-frames,reorder-frames,late-trades,garbage';
const { VERIFY_FAULTS } = process.env;
const list = VERIFY_FAULTS ?? FEW;
/** Many faults need room: REST must be asked while it is at fault. */
const duration = VERIFY_FAULTS === undefined ? '4s' : '60s';

// A hang ends here; the command has deadlines of its own.
jest.setTimeout(300_000);

describe('npm run verify', () => {
  it('finds every trade stored once and every candle right after faults of the market and a kill', async () => {
    const { code, stderr, result } = await runVerify([
      ...['--target', 'standalone'],
      ...['--faults', list, '--seed', '1', '--duration', duration, '--rate', '200'],
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
    expect(result.ticks.expected).toBeGreaterThan(500);
    expect(result.candles.expected).toBeGreaterThan(30);
    const names = result.faults.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...(faultNames(list, 'standalone') as readonly string[])]));
  });

  it('refuses another target with a sentence', async () => {
    const { code, stdout, stderr } = await runVerify(['--target', 'cloud']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("not 'cloud'");
  });
});
