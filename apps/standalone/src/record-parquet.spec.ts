import { join } from 'node:path';
import { openDuckDbStore, openParquetHistory, type TickHistory } from '@neuraltrade/storage';
import { eventually, getJson, StandaloneProcess, temporaryDirectory } from './testing/standalone-process';

jest.setTimeout(120_000);

const SETTINGS = { SYMBOLS: 'BTC/USDT,BTC/USD', BACKFILL_MS: '30000', RECORD_FLUSH_MS: '500' };

/** Every trade of a history by venue, symbol and id, in its order. */
async function tradesOf(history: TickHistory): Promise<string[]> {
  const trades: string[] = [];
  for (const symbol of await history.tickSymbols())
    await history.readTicks(
      { ...symbol, from: 0, to: Number.MAX_SAFE_INTEGER },
      (ticks) => void trades.push(...ticks.map((tick) => JSON.stringify(tick))),
    );
  return trades;
}

describe('npm start -- --record-parquet', () => {
  let data: ReturnType<typeof temporaryDirectory>;
  let process: StandaloneProcess | undefined;

  beforeEach(() => {
    data = temporaryDirectory();
  });
  afterEach(async () => {
    await process?.stop('SIGKILL');
    data.remove();
  });

  it('writes every tick that the store has to Parquet files, each once, and shows the recorder', async () => {
    const args = ['--port', '0', '--data-dir', data.path, '--rate', '200', '--record-parquet'];
    process = new StandaloneProcess(args, SETTINGS);
    const url = await process.url();
    await eventually(async () => {
      const { body } = await getJson<{
        components: { component: string; figures: { ticksRecorded?: number } }[];
      }>(`${url}/api/pipeline`);
      const recorder = body.components.find(({ component }) => component === 'backtester');
      return (recorder?.figures.ticksRecorded ?? 0) > 500 ? true : undefined;
    }, 'the recorder on the dashboard');
    const { code, stderr } = await process.stop();
    expect([code, stderr.match(/\n\s+at .+:\d+:\d+/)]).toEqual([0, null]);
    const store = await openDuckDbStore({ directory: join(data.path, 'simulated/store') });
    const files = await openParquetHistory(join(data.path, 'simulated/parquet'));
    try {
      expect(files.market).toBe('simulated');
      const recorded = await tradesOf(files);
      expect(recorded).toEqual(await tradesOf(store));
      expect(recorded.length).toBeGreaterThan(500);
    } finally {
      await files.close();
      await store.close();
    }
  });

  it('is refused for a replay, whose ticks are a recording already', async () => {
    process = new StandaloneProcess(['--record-parquet', '--replay', 'capture.jsonl'], {});
    const { code, stderr } = await process.end();
    expect(stderr).toContain('--record-parquet has no effect on a replay market');
    expect(code).toBe(78);
  });
});
