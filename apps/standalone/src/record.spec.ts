import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressEnv, startVenueSimulator } from '@neuraltrade/venue-simulator';
import { befall } from './testing/faulty-venues';
import { type Ending, getJson, StandaloneProcess, temporaryDirectory } from './testing/standalone-process';
import { compareStores, type TableDifference } from './testing/stored-differences';

// Each test waits for conditions with deadlines of their own; this bound only ends a hang.
jest.setTimeout(180_000);

const SETTINGS = { TIMEFRAMES: '1s,5s,1m', SYMBOLS: 'BTC/USDT,ETH/USDT,BTC/USD', BACKFILL_MS: '30000' };

describe('npm run record', () => {
  let data: ReturnType<typeof temporaryDirectory>;
  const running: StandaloneProcess[] = [];

  beforeEach(() => {
    data = temporaryDirectory();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((process) => process.stop('SIGKILL')));
    data.remove();
  });

  const start = (
    command: readonly string[],
    directory: string,
    env: Readonly<Record<string, string>> = {},
  ): StandaloneProcess => {
    const process = new StandaloneProcess(
      [...command, '--port', '0', '--data-dir', join(data.path, directory)],
      { BACKFILL_MS: SETTINGS.BACKFILL_MS, ...env },
    );
    running.push(process);
    return process;
  };
  const endedWell = ({ code, stdout, stderr }: Ending): void => {
    expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at .+:\d+:\d+/);
    expect(stderr).not.toContain('did not stop');
    expect(code).toBe(0);
  };
  /** Replays a capture to its end and names the folder of the store that came of it. */
  const replay = async (capture: string, directory: string): Promise<{ store: string; said: string }> => {
    const process = start(['--replay', capture], directory, { TIMEFRAMES: SETTINGS.TIMEFRAMES });
    await process.says('The page stays up until Ctrl-C.');
    const ending = await process.stop();
    endedWell(ending);
    const [folder] = readdirSync(join(data.path, directory));
    return { store: join(data.path, directory, folder ?? '', 'store'), said: ending.stderr };
  };

  it('of faults and backfills gives the same ticks, candles and gaps when it is replayed', async () => {
    const simulator = await startVenueSimulator({
      seed: 7,
      tradesPerSecond: 300,
      symbols: SETTINGS.SYMBOLS.split(','),
      historyMs: 60_000,
    });
    try {
      const capture = join(data.path, 'capture.jsonl');
      const recording = start(['record', '--live', '--out', capture], 'live', {
        ...SETTINGS,
        ...addressEnv(simulator.endpoints),
      });
      await befall(simulator, await recording.url());
      const ending = await recording.stop('SIGINT');
      endedWell(ending);
      expect(ending.stderr).toMatch(/capture\.jsonl holds [\d,]+ frames and [\d,]+ other inputs/);
      const live = join(data.path, 'live', 'live', 'store');

      const { store, said } = await replay(capture, 'replayed');
      expect(said).not.toContain('have no place');
      const same: Partial<TableDifference> = { missing: [], added: [] };
      const ticks = await compareStores(live, store, 'ticks');
      expect(ticks).toMatchObject(same);
      expect(ticks.rows).toBeGreaterThan(1_500);
      const gaps = await compareStores(live, store, 'gaps');
      expect(gaps).toMatchObject(same);
      expect(gaps.rows).toBeGreaterThan(5);
      // The end of a replay closes candles that the live run has left open.
      const candles = await compareStores(live, store, 'published_candles');
      expect(candles.missing).toEqual([]);
      expect(candles.rows).toBeGreaterThan(100);
      const closed = await compareStores(live, store, 'published_candles', `timeframe = '1s'`);
      expect(closed).toMatchObject(same);

      // Without the answers that were fetched it is another market: the comparison would see it.
      const lines = readFileSync(capture, 'utf8').split('\n');
      const without = join(data.path, 'without.jsonl');
      writeFileSync(without, lines.filter((line) => !line.includes('"event":"rest"')).join('\n'));
      const other = await replay(without, 'without');
      expect(other.said).toContain('have no place');
      expect((await compareStores(live, other.store, 'ticks')).missing).not.toEqual([]);
      expect((await compareStores(live, other.store, 'published_candles')).missing).not.toEqual([]);
    } finally {
      await simulator.stop();
    }
  });

  it('of the simulated market tells how much it holds, and is not overwritten', async () => {
    const capture = join(data.path, 'capture.jsonl');
    const first = start(['record', '--out', capture], 'first');
    await first.url();
    const ending = await first.stop('SIGINT');
    endedWell(ending);
    expect(ending.stderr).toContain('SIMULATED');
    expect(ending.stderr).toContain(`npm start -- --replay ${capture} replays it.`);
    const before = readFileSync(capture, 'utf8');
    const refused = await start(['record', '--out', capture], 'first').end();
    expect(refused.stderr).toContain('exists already');
    expect(refused.code).toBe(1);
    expect(readFileSync(capture, 'utf8')).toBe(before);
  });

  (existsSync('/dev/full') ? it : it.skip)(
    'goes on with the pipeline when the disk is full, and says so',
    async () => {
      const process = start(['record', '--append', '--out', '/dev/full'], 'full');
      await process.says('The recording ended early: the disk is full.');
      const { body } = await getJson<{ checks: { name: string; ok: boolean; reason: string }[] }>(
        `${await process.url()}/health/ready`,
      );
      expect(body.checks).toContainEqual({
        name: 'recording',
        ok: false,
        reason: 'The recording ended early: the disk is full.',
      });
      endedWell(await process.stop());
    },
  );
});
