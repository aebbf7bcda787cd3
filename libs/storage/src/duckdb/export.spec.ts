import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EmbeddedStore } from '../embedded-store';
import { filesBelow, rowsBelow } from '../testing/parquet';
import { candleOf, gapOf, MINUTE, tickOf } from '../testing/records';
import { openDuckDbStore } from './duckdb-store';
import { DAY_MS } from './partition';

const DAY = MINUTE - (MINUTE % DAY_MS);
const EVERYTHING = { from: 0, to: DAY + 9 * DAY_MS } as const;

describe('exports', () => {
  let scratch: string;
  let target: string;
  let store: EmbeddedStore;

  beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-store-'));
    target = join(scratch, 'exports', 'first');
    store = await openDuckDbStore({ directory: join(scratch, 'simulated') });
  });
  afterEach(async () => {
    await store.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('ticks come as a file a day, venue and symbol, and the manifest counts their rows', async () => {
    await store.writeTicks([
      tickOf(),
      tickOf({ tradeId: '2' }),
      tickOf({ symbol: 'ETH/USDT' }),
      tickOf({ exchange: 'kraken', timestamp: DAY + DAY_MS }),
    ]);
    const manifest = await store.exportTicks({ ...EVERYTHING, directory: target });
    const file = (day: string, exchange: string, symbol: string, rows: number): object => ({
      path: `day=${day}/exchange=${exchange}/symbol=${symbol.replace('/', '%2F')}/ticks.parquet`,
      day,
      exchange,
      symbol,
      rows,
    });
    expect(manifest).toEqual({
      kind: 'ticks',
      ...EVERYTHING,
      rows: 4,
      files: [
        file('2026-01-15', 'binance', 'BTC/USDT', 2),
        file('2026-01-15', 'binance', 'ETH/USDT', 1),
        file('2026-01-16', 'kraken', 'BTC/USDT', 1),
      ],
    });
    expect(JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'))).toEqual(manifest);
    expect(filesBelow(target)).toEqual([...manifest.files.map(({ path }) => path), 'manifest.json']);
  });

  test('a range, a venue and a symbol leave the others out, and no file is empty', async () => {
    await store.writeTicks([
      tickOf({ timestamp: MINUTE - 1 }),
      tickOf(),
      tickOf({ timestamp: MINUTE + 1, tradeId: '3' }),
      tickOf({ symbol: 'ETH/USDT' }),
      tickOf({ exchange: 'kraken' }),
    ]);
    const range = { from: MINUTE, to: MINUTE + 1 };
    const rows = async (query: { exchange?: string; symbol?: string }, name: string): Promise<number> => {
      const { rows, files } = await store.exportTicks({ ...range, ...query, directory: join(scratch, name) });
      expect(Math.min(...files.map((file) => file.rows))).toBeGreaterThan(0);
      return rows;
    };
    expect(await rows({}, 'a')).toBe(3);
    expect(await rows({ exchange: 'binance' }, 'b')).toBe(2);
    expect(await rows({ exchange: 'binance', symbol: 'BTC/USDT' }, 'c')).toBe(1);
    const none = await store.exportTicks({ from: 0, to: MINUTE - 1, directory: target });
    expect(none).toMatchObject({ rows: 0, files: [] });
    expect(filesBelow(target)).toEqual(['manifest.json']);
  });

  test('candles come with the `complete` that a query gives, by timeframe and time', async () => {
    await store.writeCandles([
      candleOf({ timeframe: '1h' }),
      candleOf({ timestamp: MINUTE + 60_000 }),
      candleOf(),
      candleOf({ timestamp: MINUTE + 120_000, complete: false, revision: 1, state: 'revised' }),
      candleOf({ exchange: 'kraken' }),
    ]);
    await store.writeGaps([
      gapOf({ fromTimestamp: MINUTE, toTimestamp: MINUTE + 59_999, cause: 'dropped', status: 'unfillable' }),
    ]);
    const manifest = await store.exportCandles({ ...EVERYTHING, directory: target });
    expect(manifest).toMatchObject({ kind: 'candles', rows: 5 });
    const series = { exchange: 'binance', symbol: 'BTC/USDT', limit: 10 } as const;
    const expected = [
      ...(await store.candles({ ...series, timeframe: '1m' })),
      ...(await store.candles({ ...series, timeframe: '1h' })),
      ...(await store.candles({ ...series, exchange: 'kraken', timeframe: '1m' })),
    ];
    expect(expected.map(({ complete }) => complete)).toEqual([false, true, false, false, true]);
    const found = await rowsBelow(target, 'SELECT * EXCLUDE (day) FROM files');
    const asNumber = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);
    expect(
      found.map((row) =>
        Object.fromEntries(Object.entries(row).map(([key, value]) => [key, asNumber(value)])),
      ),
    ).toEqual(expected);
    const minutes = await store.exportCandles({
      ...EVERYTHING,
      timeframe: '1h',
      directory: join(scratch, 'hours'),
    });
    expect(minutes).toMatchObject({ rows: 1, files: [{ exchange: 'binance', rows: 1 }] });
  });

  test('a directory that holds something is refused and left as it is', async () => {
    await store.writeTicks([tickOf()]);
    await store.exportTicks({ ...EVERYTHING, directory: target });
    const before = filesBelow(target);
    for (const again of [store.exportTicks, store.exportCandles]) {
      await expect(again.call(store, { ...EVERYTHING, directory: target })).rejects.toMatchObject({
        name: 'ExportError',
        message: `The export's directory ${target} is not empty. Choose another one, or empty it.`,
      });
    }
    expect(filesBelow(target)).toEqual(before);
    writeFileSync(join(scratch, 'file'), '');
    await expect(store.exportTicks({ ...EVERYTHING, directory: join(scratch, 'file') })).rejects.toThrow(
      'cannot be made',
    );
  });

  test.each([
    ['exchange', { exchange: 'Binance' }],
    ['symbol', { symbol: 'BTC-USDT' }],
    ['timeframe', { timeframe: '7m' }],
    ['from', { from: 0.5 }],
    ['to', { to: -1 }],
  ])('an export with a bad %s is refused by name, before a directory is made', async (argument, change) => {
    await expect(store.exportCandles({ ...EVERYTHING, directory: target, ...change })).rejects.toThrow(
      argument,
    );
    expect(existsSync(target)).toBe(false);
  });
});
