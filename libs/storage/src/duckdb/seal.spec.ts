import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProcessedTick } from '@neuraltrade/contracts';
import type { EmbeddedStore, SealResult } from '../embedded-store';
import { filesBelow, rowsBelow } from '../testing/parquet';
import { MINUTE, tickOf } from '../testing/records';
import { type Database, openDatabase } from './database';
import { DuckDbStore, type DuckDbStoreSettings, openDuckDbStore } from './duckdb-store';
import { UNFINISHED } from './parquet-file';
import { DAY_MS } from './partition';
import { sealedUntil } from './seal';

jest.setTimeout(60_000);

const DAY = MINUTE - (MINUTE % DAY_MS);
/** Noon three days after the records' day. */
const NOW = MINUTE + 3 * DAY_MS;
const RETENTION = { tickRetentionMs: DAY_MS, now: (): number => NOW };
const BINANCE = 'day=2026-01-15/exchange=binance/symbol=BTC%2FUSDT/ticks.parquet';

test('a day is sealed once it ended the retention ago, on the millisecond', () => {
  expect(sealedUntil(DAY + 2 * DAY_MS, 2 * DAY_MS)).toBe(DAY);
  expect(sealedUntil(DAY + 3 * DAY_MS - 1, 2 * DAY_MS)).toBe(DAY);
  expect(sealedUntil(DAY + 3 * DAY_MS, 2 * DAY_MS)).toBe(DAY + DAY_MS);
});

describe('sealing', () => {
  let scratch: string;
  let directory: string;
  let database: Database;
  let store: EmbeddedStore;
  let exports = 0;

  beforeEach(async () => {
    // The brackets: a path may hold what means something else in a pattern.
    scratch = mkdtempSync(join(tmpdir(), "neuraltrade-[s]e'al-"));
    directory = join(scratch, 'simulated');
    await reopen();
  });
  afterEach(async () => {
    await store.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function reopen(settings: DuckDbStoreSettings = RETENTION): Promise<void> {
    await store?.close();
    database = await openDatabase({ directory });
    store = new DuckDbStore(database, settings);
  }

  async function inTable(): Promise<number> {
    const reader = await database.reader.runAndReadAll('SELECT count(*)::INTEGER FROM ticks');
    return reader.getRows()[0]?.[0] as number;
  }

  /** Every tick that an export gives, as 'venue symbol id last', in the order of its files. */
  async function exported(range = { from: 0, to: NOW + DAY_MS }): Promise<string[]> {
    const target = join(tmpdir(), `neuraltrade-export-${process.pid}-${(exports += 1)}`);
    try {
      const { rows } = await store.exportTicks({ ...range, directory: target });
      const found = await rowsBelow(
        target,
        'FROM files ORDER BY day, exchange, symbol, timestamp, length(trade_id), trade_id',
      );
      expect(found).toHaveLength(rows);
      const fields = ['exchange', 'symbol', 'trade_id', 'last'];
      return found.map((row) => fields.map((field) => String(row[field])).join(' '));
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  }

  function sealedFiles(): string[] {
    return filesBelow(join(directory, 'sealed-ticks'));
  }

  const written: ProcessedTick[] = [
    tickOf({ tradeId: '9', last: 1 }),
    tickOf({ tradeId: '10', last: 2 }),
    tickOf({ exchange: 'kraken', symbol: 'ETH/USD', last: 3 }),
    tickOf({ timestamp: DAY, last: 4 }),
    tickOf({ timestamp: DAY + DAY_MS - 1, tradeId: '11', last: 5 }),
    tickOf({ timestamp: DAY + DAY_MS, tradeId: '12', last: 6 }),
    tickOf({ timestamp: NOW, tradeId: '13', last: 7 }),
  ];
  const all = [
    'binance BTC/USDT 1 4',
    'binance BTC/USDT 9 1',
    'binance BTC/USDT 10 2',
    'binance BTC/USDT 11 5',
    'kraken ETH/USD 1 3',
    'binance BTC/USDT 12 6',
    'binance BTC/USDT 13 7',
  ];

  test('days older than the retention move into a file a venue and symbol, and exports give the same rows', async () => {
    await store.writeTicks(written);
    expect(await exported()).toEqual(all);
    expect(await store.sealTicks()).toEqual({ files: 3, ticks: 6, faults: [] });
    expect(await inTable()).toBe(1);
    expect(sealedFiles()).toEqual([
      BINANCE,
      'day=2026-01-15/exchange=kraken/symbol=ETH%2FUSD/ticks.parquet',
      'day=2026-01-16/exchange=binance/symbol=BTC%2FUSDT/ticks.parquet',
    ]);
    expect(await exported()).toEqual(all);
    expect(await exported({ from: MINUTE, to: DAY + DAY_MS })).toEqual(all.slice(1, 5));
    expect(await store.sealTicks()).toEqual({ files: 0, ticks: 0, faults: [] });
    await reopen();
    expect(await exported()).toEqual(all);
  });

  test('without a retention nothing is sealed, and sealed days are still read', async () => {
    await store.writeTicks(written);
    await store.sealTicks();
    await reopen({});
    await store.writeTicks([tickOf({ tradeId: '14', last: 8 })]);
    expect(await store.sealTicks()).toEqual({ files: 0, ticks: 0, faults: [] });
    expect(await exported()).toEqual([...all.slice(0, 3), 'binance BTC/USDT 14 8', ...all.slice(3)]);
  });

  test('a late tick of a sealed day is read at once and joins the file; a repeat of a sealed one does neither', async () => {
    await store.writeTicks(written);
    await store.sealTicks();
    await store.writeTicks([tickOf({ tradeId: '14', last: 8 }), tickOf({ tradeId: '9', last: 99 })]);
    const withLate = [...all.slice(0, 3), 'binance BTC/USDT 14 8', ...all.slice(3)];
    expect(await exported()).toEqual(withLate);
    expect(await store.sealTicks()).toEqual({ files: 1, ticks: 2, faults: [] });
    expect(await exported()).toEqual(withLate);
    await store.writeTicks(written);
    expect(await exported()).toEqual(withLate);
    expect(await store.sealTicks()).toEqual({ files: 0, ticks: 6, faults: [] });
    expect(await inTable()).toBe(1);
    expect(await exported()).toEqual(withLate);
  });

  test('every field is the same before and after sealing', async () => {
    const ticks = [
      tickOf({ tradeId: '9007199254740993', takerSide: 'sell', last: 0.1 + 0.2 }),
      tickOf({ tradeId: '2', quoted: false, quotedAt: null, backfilled: true }),
      tickOf({ tradeId: '3', inexact: true, priceText: '100.2500000000000000001', volumeText: '0.1' }),
    ];
    await store.writeTicks(ticks);
    const order = 'ORDER BY length(trade_id), trade_id';
    const before = (await database.reader.runAndReadAll(`FROM ticks ${order}`)).getRowObjects();
    await store.sealTicks();
    const rows = await rowsBelow(join(directory, 'sealed-ticks'), `FROM files ${order}`);
    expect(rows).toEqual(before.map((row) => ({ ...row, day: '2026-01-15' })));
  });

  test('ticks that arrive between the file and the deletion stay, and the next sealing takes them', async () => {
    let late: Promise<void> | undefined;
    await reopen({
      ...RETENTION,
      atStep: (step) => {
        if (step === 'renamed') late ??= store.writeTicks([tickOf({ tradeId: '14', last: 8 })]);
      },
    });
    await store.writeTicks(written.slice(0, 2));
    expect(await store.sealTicks()).toEqual({ files: 1, ticks: 0, faults: [] });
    await late;
    expect(await inTable()).toBe(3);
    expect(await exported()).toHaveLength(3);
    expect(await store.sealTicks()).toEqual({ files: 1, ticks: 3, faults: [] });
    expect(await exported()).toHaveLength(3);
  });

  test('the last prices are those of recent days, whatever late tick of an old day waits in the table', async () => {
    await store.writeTicks(written);
    expect((await store.lastPrices({ since: 0 })).map(({ last }) => last)).toEqual([7]);
    await store.sealTicks();
    await store.writeTicks([tickOf({ exchange: 'kraken', symbol: 'ETH/USD', tradeId: '0' })]);
    expect((await store.lastPrices({ since: 0 })).map(({ last }) => last)).toEqual([7]);
  });

  test('a sealed file that cannot be read is named, its late ticks stay, and other days are sealed', async () => {
    await store.writeTicks(written);
    await store.sealTicks();
    const path = join(directory, 'sealed-ticks', BINANCE);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 100));
    await store.writeTicks([tickOf({ tradeId: '14' }), tickOf({ tradeId: '15', timestamp: DAY + DAY_MS })]);
    const { files, faults } = await store.sealTicks();
    expect(files).toBe(1);
    expect(faults).toEqual([expect.stringContaining('binance BTC/USDT of 2026-01-15 were not sealed')]);
    expect(await inTable()).toBe(2);
    writeFileSync(path, whole);
    expect(await store.sealTicks()).toEqual({ files: 1, ticks: 1, faults: [] });
    expect(await exported()).toHaveLength(9);
  });

  test('what a killed process had begun to write is removed, and other files are left alone', async () => {
    await store.writeTicks(written);
    await store.sealTicks();
    const folder = join(directory, 'sealed-ticks', dirname(BINANCE));
    writeFileSync(join(folder, `ticks.parquet${UNFINISHED}`), 'PAR1');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    expect(await exported()).toEqual(all);
    await store.sealTicks();
    expect(filesBelow(folder)).toEqual(['notes.txt', 'ticks.parquet']);
  });

  test('a store whose database was lost still reads what it had sealed', async () => {
    await store.writeTicks(written);
    await store.sealTicks();
    await store.close();
    rmSync(join(directory, 'market.duckdb'));
    await reopen();
    expect(await exported()).toEqual(all.slice(0, -1));
    await store.writeTicks(written.slice(0, 2));
    await store.sealTicks();
    expect(await exported()).toEqual(all.slice(0, -1));
  });

  test('emptyFirst removes the sealed days as well', async () => {
    await store.writeTicks(written);
    await store.sealTicks();
    await store.close();
    store = await openDuckDbStore({ directory, emptyFirst: true });
    expect(await exported()).toEqual([]);
    expect(sealedFiles()).toEqual([]);
  });

  test('a store with a retention seals by itself when it is opened, and tells', async () => {
    await store.writeTicks(written);
    await store.close();
    const told = new Promise<SealResult>((onSealed) => {
      const opening = openDuckDbStore({ directory, ...RETENTION, onSealed });
      void opening.then((opened) => (store = opened));
    });
    expect(await told).toEqual({ files: 3, ticks: 6, faults: [] });
    await expect(openDuckDbStore({ directory, tickRetentionMs: -1 })).rejects.toThrow('tickRetentionMs');
  });

  test('closing ends a sealing that is under way, and nothing is lost', async () => {
    await store.writeTicks(written);
    const sealing = store.sealTicks().catch((error: Error) => error);
    await store.close();
    expect(await sealing).toBeInstanceOf(Error);
    await reopen();
    expect(await exported()).toEqual(all);
    await expect(store.close().then(() => store.sealTicks())).rejects.toThrow('is closed');
  });

  test('after a fatal error of the database sealing opens it again', async () => {
    await store.writeTicks(written);
    await database.writer.run("SET GLOBAL debug_checkpoint_abort = 'before_header'");
    await expect(database.writer.run('CHECKPOINT')).rejects.toThrow('FATAL');
    await expect(store.sealTicks()).rejects.toThrow('invalidated');
    expect((await store.sealTicks()).ticks).toBe(6);
    expect(await exported()).toEqual(all);
  });

  test('writes go on while days are sealed', async () => {
    const old = Array.from({ length: 5_000 }, (_, index) => tickOf({ tradeId: String(index + 1) }));
    await store.writeTicks(old);
    const sealing = store.sealTicks();
    for (let round = 0; round < 10; round += 1) {
      await store.writeTicks([
        tickOf({ timestamp: NOW, tradeId: String(round) }),
        tickOf({ tradeId: String(9_000 + round) }),
      ]);
    }
    await sealing;
    await store.sealTicks();
    expect(await inTable()).toBe(10);
    expect(await exported()).toHaveLength(5_020);
  });
});
