import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessedTick } from '@neuraltrade/contracts';
import { archiveRound, ROUND_TICKS } from '../testing/archive-rounds';
import { KilledWriters } from '../testing/killed-writers';
import { filesBelow, rowsBelow } from '../testing/parquet';
import { MINUTE, tickOf } from '../testing/records';
import { describeTickHistory } from '../testing/tick-history-contract';
import { MERGED_AT } from './merge-plan';
import { openParquetHistory } from './parquet-history';
import { type ArchiveStep, openTickArchive, type TickArchive, type TickArchiveOptions } from './tick-archive';

/** How often writers are killed. */
const KILLS = Number(process.env['ARCHIVE_KILLS'] ?? 4);

// A guard against a hang.
jest.setTimeout(60_000 + KILLS * 10_000);

const DAY_MS = 86_400_000;
const BINANCE = { exchange: 'binance', symbol: 'BTC/USDT', from: 0, to: MINUTE + 9 * DAY_MS };
const FOLDER = 'day=2026-01-15/exchange=binance/symbol=BTC-USDT';

describeTickHistory('an archive of Parquet files', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'neuraltrade-archive-'));
  const archive = await openTickArchive({ directory, market: 'simulated' });
  const history = await openParquetHistory(directory);
  return {
    history,
    write: async (ticks) => void (await archive.write(ticks)),
    dispose: async () => {
      await history.close();
      await archive.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

describe('the archive of the recorder', () => {
  let directory: string;
  const open: TickArchive[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'neuraltrade-archive-'));
  });
  afterEach(async () => {
    for (const archive of open.splice(0)) await archive.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (options: Partial<TickArchiveOptions> = {}): Promise<TickArchive> => {
    const archive = await openTickArchive({ directory, market: 'simulated', ...options });
    open.push(archive);
    return archive;
  };
  const again = async (options: Partial<TickArchiveOptions> = {}): Promise<TickArchive> => {
    for (const archive of open.splice(0)) await archive.close();
    return start(options);
  };
  const ids = async (): Promise<string[]> => {
    const history = await openParquetHistory(directory);
    const found: string[] = [];
    await history.readTicks(BINANCE, (ticks) => void found.push(...ticks.map(({ tradeId }) => tradeId)));
    await history.close();
    return found;
  };
  const parquetFiles = (): string[] => filesBelow(directory).filter((path) => path.endsWith('.parquet'));
  const tick = (id: number, changes: Partial<ProcessedTick> = {}): ProcessedTick =>
    tickOf({ tradeId: String(id), timestamp: MINUTE + id, ...changes });
  const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  const numbered = (...range: number[]): ProcessedTick[] => range.map((id) => tick(id));

  test('has a part for each day, venue and symbol, which tools for partitioned Parquet read', async () => {
    const archive = await start();
    const written = await archive.write([
      tick(1),
      tick(2, { exchange: 'kraken' }),
      tick(3, { symbol: 'ETH/USDT' }),
      tick(4, { timestamp: MINUTE + DAY_MS }),
    ]);
    expect(written).toEqual({ written: 4, repeated: 0 });
    expect(parquetFiles()).toEqual([
      `${FOLDER}/part-${MINUTE + 1}-${MINUTE + 1}-000001-000001.parquet`,
      `day=2026-01-15/exchange=binance/symbol=ETH-USDT/part-${MINUTE + 3}-${MINUTE + 3}-000001-000001.parquet`,
      `day=2026-01-15/exchange=kraken/symbol=BTC-USDT/part-${MINUTE + 2}-${MINUTE + 2}-000001-000001.parquet`,
      `day=2026-01-16/exchange=binance/symbol=BTC-USDT/part-${MINUTE + DAY_MS}-${MINUTE + DAY_MS}-000001-000001.parquet`,
    ]);
    const [row] = await rowsBelow(directory, "FROM files WHERE trade_id = '3'");
    expect(row).toMatchObject({
      day: '2026-01-15',
      exchange: 'binance',
      symbol: 'ETH-USDT',
      last: 100.25,
      mid: 100.25,
    });
  });

  test('leaves out what it holds already, in one write, in a later one and after a restart', async () => {
    let archive = await start();
    expect(await archive.write([tick(1), tick(2), tick(1, { last: 7 })])).toEqual({
      written: 2,
      repeated: 1,
    });
    expect(await archive.write(numbered(2, 3))).toEqual({ written: 1, repeated: 1 });
    archive = await again();
    expect(await archive.write(numbered(1, 2, 3))).toEqual({ written: 0, repeated: 3 });
    expect(await archive.write(numbered(3, 4))).toEqual({ written: 1, repeated: 1 });
    expect(await ids()).toEqual(['1', '2', '3', '4']);
    expect(await rowsBelow(directory)).toHaveLength(4);
  });

  test('merges small parts so that few are left, and every part of a day that is over', async () => {
    const archive = await start();
    const writes = MERGED_AT + 3;
    for (let id = 1; id <= writes; id++) {
      await archive.write([tick(id)]);
      await archive.merge(0);
    }
    expect(parquetFiles()).toHaveLength(1 + 3);
    expect(await ids()).toHaveLength(writes);
    expect(await archive.merge(MINUTE + DAY_MS)).toBe(4);
    expect(parquetFiles()).toEqual([
      `${FOLDER}/part-${MINUTE + 1}-${MINUTE + writes}-000001-0000${writes}.parquet`,
    ]);
    expect(await archive.merge(MINUTE + DAY_MS)).toBe(0);
    expect(await archive.write(numbered(5, writes + 1))).toEqual({ written: 1, repeated: 1 });
    expect(await rowsBelow(directory)).toHaveLength(writes + 1);
  });

  test('is read whole while it is merged', async () => {
    const archive = await start();
    let acknowledged = 0;
    let over = false;
    const writing = (async () => {
      for (let id = 1; id <= 4 * MERGED_AT; id++) {
        await archive.write([tick(id)]);
        acknowledged = id;
        await archive.merge(MINUTE + DAY_MS);
      }
      over = true;
    })();
    while (!over) {
      const before = acknowledged;
      const found = await ids();
      expect(found.slice(0, before)).toEqual(numbered(...range(before)).map(({ tradeId }) => tradeId));
      expect(new Set(found).size).toBe(found.length);
    }
    await writing;
  });

  test('counts a part that was merged but not yet removed once', async () => {
    const archive = await start();
    for (let id = 1; id <= MERGED_AT; id++) await archive.write([tick(id)]);
    const [first = ''] = parquetFiles();
    const kept = readFileSync(join(directory, first));
    await archive.merge(0);
    writeFileSync(join(directory, first), kept);
    writeFileSync(join(directory, FOLDER, 'half.parquet.unfinished'), 'PAR1');
    expect(await ids()).toHaveLength(MERGED_AT);
    await again();
    expect(filesBelow(join(directory, FOLDER))).toHaveLength(1);
    expect(await ids()).toHaveLength(MERGED_AT);
  });

  test('sets a file aside that cannot be read, says so, and goes on', async () => {
    const told: string[] = [];
    const archive = await start({ onBadFile: (sentence) => told.push(sentence) });
    await archive.write(numbered(1, 2));
    const [file = ''] = parquetFiles();
    truncateSync(join(directory, file), 60);
    await expect(archive.write(numbered(2, 3))).rejects.toThrow('was set aside');
    expect(await archive.write(numbered(2, 3))).toEqual({ written: 2, repeated: 0 });
    expect(told).toEqual([expect.stringContaining(`${join(directory, file)} cannot be read as ticks`)]);
    expect(existsSync(join(directory, `${file}.bad`))).toBe(true);
    expect(await ids()).toEqual(['2', '3']);
  });

  test('that is being written to is refused to a second writer, and one of another market to any', async () => {
    const writers = new KilledWriters('archive-until-killed.ts');
    await writers.build();
    const writer = writers.start(directory);
    await writer.until((rounds) => rounds > 0);
    await expect(start()).rejects.toThrow(
      `The archive in ${directory} is in use by another process (pid ${writer.pid}).`,
    );
    await writer.kill();
    writers.dispose();
    await start();
    await expect(start()).rejects.toThrow('is open in this process already');
    await expect(again({ market: 'live' })).rejects.toThrow('holds simulated data, and this is live data');
  });

  test('has every acknowledged trade once after a kill at any step of a write or a merge', async () => {
    const writers = new KilledWriters('archive-until-killed.ts');
    await writers.build();
    const steps: ArchiveStep[] = ['written', 'synced', 'renamed', 'replaced'];
    let first = 1;
    let written = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const killAt = steps[kill % steps.length] as string;
      // A merge begins with the 16th write of a partition.
      const nth = (killAt === 'replaced' ? 5 : 9) + 7 * Math.floor(kill / 2);
      const writer = writers.start(directory, { first, killAt, nth });
      await writer.killed();
      const rounds = Math.max(written, writer.rounds());
      for (const exchange of ['binance', 'kraken']) await expectOnce(exchange, rounds);
      written = rounds;
      first = Math.max(1, rounds);
    }
    writers.dispose();
    await start();
    const rows = await rowsBelow(
      directory,
      'SELECT count(*)::INTEGER AS rows, count(DISTINCT (exchange, trade_id))::INTEGER AS trades FROM files',
    );
    expect(rows[0]?.['rows']).toBe(rows[0]?.['trades']);
  });

  /** Every trade of the rounds that were acknowledged is there once; of the one that was under way perhaps. */
  async function expectOnce(exchange: string, rounds: number): Promise<void> {
    const history = await openParquetHistory(directory);
    const found: string[] = [];
    await history.readTicks(
      { ...BINANCE, exchange },
      (ticks) => void found.push(...ticks.map((each) => each.tradeId)),
    );
    await history.close();
    expect(new Set(found).size).toBe(found.length);
    const wanted = Array.from({ length: rounds }, (_, index) => archiveRound(index + 1))
      .flat()
      .filter((each) => each.exchange === exchange)
      .map((each) => each.tradeId);
    expect(wanted.filter((id) => !new Set(found).has(id))).toEqual([]);
    expect(found.length - wanted.length).toBeLessThanOrEqual(ROUND_TICKS / 2);
  }
});

describe('a folder of Parquet files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'neuraltrade-archive-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test('that is not there is a plain sentence', async () => {
    const missing = join(directory, 'missing');
    await expect(openParquetHistory(missing)).rejects.toThrow(`There is no folder ${missing}.`);
  });

  test('whose file cannot be read is a sentence that names the file', async () => {
    const archive = await openTickArchive({ directory, market: 'live' });
    await archive.write([tickOf(), tickOf({ tradeId: '2', timestamp: MINUTE + DAY_MS })]);
    await archive.close();
    const [, second = ''] = filesBelow(directory).filter((path) => path.endsWith('.parquet'));
    writeFileSync(join(directory, second), 'no Parquet at all');
    const history = await openParquetHistory(directory);
    expect(history.market).toBe('live');
    await expect(history.readTicks(BINANCE, () => undefined)).rejects.toMatchObject({
      name: 'BadParquetError',
      message: expect.stringContaining(`${join(directory, second)} cannot be read as ticks: `) as string,
    });
    await history.close();
  });
});
