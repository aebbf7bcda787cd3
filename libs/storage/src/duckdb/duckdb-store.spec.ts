import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Gap, MlSignal, ProcessedTick } from '@neuraltrade/contracts';
import type { MarketStore } from '../market-store';
import { KilledWriters } from '../testing/killed-writers';
import { candleOf, tickOf } from '../testing/records';
import { describeStoreContract, type StoreUnderTest } from '../testing/store-contract';
import { describeTickHistory } from '../testing/tick-history-contract';
import { type Database, openDatabase } from './database';
import { DuckDbStore, openDuckDbStore } from './duckdb-store';

jest.setTimeout(60_000);

describeStoreContract('the embedded store', openSubject);

describeTickHistory('the embedded store', async () => {
  const { store, dispose } = await openSubject();
  return { history: store, write: (ticks) => store.writeTicks(ticks), dispose };
});

describe('the embedded store', () => {
  let scratch: string;
  let directory: string;
  const writers = new KilledWriters();
  const stores: MarketStore[] = [];

  beforeAll(() => writers.build());
  afterAll(() => writers.dispose());

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-store-'));
    directory = join(scratch, 'simulated');
  });
  afterEach(async () => {
    await writers.killAll();
    for (const store of stores.splice(0)) await store.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function open(emptyFirst = false): Promise<MarketStore> {
    const store = await openDuckDbStore({ directory, emptyFirst });
    stores.push(store);
    return store;
  }

  test('a directory that another process owns is refused by name and pid, also when it should be emptied', async () => {
    const writer = writers.start(directory);
    await writer.until((rounds) => rounds > 0);
    await expect(open()).rejects.toMatchObject({
      name: 'StoreOpenError',
      message: `The store in ${directory} is in use by another process (pid ${writer.pid}). Stop that one, or choose another data directory.`,
    });
    await expect(open(true)).rejects.toThrow('in use by another process');
    const before = writer.rounds();
    await writer.until((rounds) => rounds > before);
    await writer.kill();
    const store = await open();
    expect(
      await store.candles({ exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', limit: 5_000 }),
    ).not.toHaveLength(0);
  });

  test('a directory that this process has open is refused until it is closed', async () => {
    const first = await open();
    await expect(open()).rejects.toThrow(`The store in ${directory} is open in this process already`);
    await first.writeTicks([tickOf()]);
    await first.close();
    const second = await open();
    expect(await second.lastPrices({ since: 0 })).toHaveLength(1);
  });

  test('emptyFirst removes what an earlier run stored, a file that cannot be read included', async () => {
    const first = await open();
    await first.writeTicks([tickOf()]);
    await first.close();
    const second = await open(true);
    expect(await second.lastPrices({ since: 0 })).toEqual([]);
    await second.close();
    writeFileSync(join(directory, 'market.duckdb'), 'no database');
    await expect(open()).rejects.toThrow(`The store in ${directory} cannot be opened`);
    const third = await open(true);
    expect(await third.lastPrices({ since: 0 })).toEqual([]);
  });

  test('a store of another format is refused with a sentence', async () => {
    const database = await openDatabase({ directory });
    await database.writer.run('UPDATE store_format SET format = 99');
    await database.close();
    await expect(open()).rejects.toThrow(/format 99.*reads format 1/);
    await expect(open()).rejects.toThrow(/format 99/);
  });

  test('a failed write stores nothing of its batch, shows in health, and the next one goes well', async () => {
    const database = await openDatabase({ directory });
    const store = new DuckDbStore(database);
    stores.push(store);
    await database.writer.run('ALTER TABLE ticks RENAME TO elsewhere');
    await expect(store.writeTicks([tickOf()])).rejects.toMatchObject({ name: 'RetryableError' });
    expect(store.health().ok).toBe(false);
    expect(store.health().reason).toContain(`The store in ${directory} did not take ticks`);
    await database.writer.run('ALTER TABLE elsewhere RENAME TO ticks');
    await store.writeTicks([tickOf()]);
    expect(store.health()).toEqual({ ok: true, reason: '' });
    expect(await store.lastPrices({ since: 0 })).toHaveLength(1);
  });

  test('after a fatal error of the database the next write or read opens it again, and nothing is lost', async () => {
    const database = await openDatabase({ directory });
    const store = new DuckDbStore(database);
    stores.push(store);
    const breakIt = async (): Promise<void> => {
      await database.writer.run("SET GLOBAL debug_checkpoint_abort = 'before_header'");
      await expect(database.writer.run('CHECKPOINT')).rejects.toThrow('FATAL');
    };
    await store.writeTicks([tickOf({ tradeId: '1' })]);
    await breakIt();
    await expect(store.writeTicks([tickOf({ tradeId: '2' })])).rejects.toThrow('invalidated');
    expect(store.health().ok).toBe(false);
    await Promise.all(['2', '3', '4'].map((tradeId) => store.writeTicks([tickOf({ tradeId })])));
    expect(store.health()).toEqual({ ok: true, reason: '' });
    await breakIt();
    await expect(store.lastPrices({ since: 0 })).rejects.toThrow('invalidated');
    expect(await store.lastPrices({ since: 0 })).toHaveLength(1);
    expect((await ticksIn(database)).map(({ tradeId }) => tradeId).sort()).toEqual(['1', '2', '3', '4']);
    await breakIt();
    await store.close();
    const again = await open();
    expect(await again.lastPrices({ since: 0 })).toHaveLength(1);
  });

  test('a closed store refuses writes and reads, and closing twice is harmless', async () => {
    const store = await open();
    const lastWrite = store.writeCandles([candleOf()]);
    await Promise.all([store.close(), store.close(), lastWrite]);
    await expect(store.writeTicks([tickOf()])).rejects.toThrow('is closed');
    await expect(store.lastPrices({ since: 0 })).rejects.toThrow('is closed');
    expect(existsSync(join(directory, 'market.duckdb'))).toBe(true);
    expect(existsSync(join(directory, 'market.duckdb.wal'))).toBe(false);
  });
});

async function openSubject(): Promise<StoreUnderTest> {
  const scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-store-'));
  const directory = join(scratch, 'simulated');
  let database = await openDatabase({ directory });
  const first = new DuckDbStore(database);
  let current = first;
  return {
    store: first,
    reopen: async () => {
      await current.close();
      database = await openDatabase({ directory });
      return (current = new DuckDbStore(database));
    },
    storedTicks: () => ticksIn(database),
    storedGaps: () => gapsIn(database),
    storedSignals: () => signalsIn(database),
    dispose: async () => {
      await current.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

async function ticksIn({ reader }: Database): Promise<ProcessedTick[]> {
  const rows = (await reader.runAndReadAll('FROM ticks')).getRowObjectsJS();
  return rows.map((row) => ({
    exchange: row['exchange'] as string,
    symbol: row['symbol'] as string,
    bid: row['bid'] as number,
    ask: row['ask'] as number,
    last: row['last'] as number,
    volume: row['volume'] as number,
    timestamp: Number(row['timestamp']),
    tradeId: row['trade_id'] as string,
    takerSide: row['taker_side'] as ProcessedTick['takerSide'],
    receivedAt: Number(row['received_at']),
    quoted: row['quoted'] as boolean,
    quotedAt: row['quoted_at'] === null ? null : Number(row['quoted_at']),
    backfilled: row['backfilled'] as boolean,
    mid: row['mid'] as number,
    spread: row['spread'] as number,
    spreadBps: row['spread_bps'] as number,
    ...(row['inexact'] === true ? { inexact: true as const } : {}),
    ...(row['price_text'] === null ? {} : { priceText: row['price_text'] as string }),
    ...(row['volume_text'] === null ? {} : { volumeText: row['volume_text'] as string }),
  }));
}

async function gapsIn({ reader }: Database): Promise<Gap[]> {
  const rows = (await reader.runAndReadAll('FROM gaps')).getRowObjectsJS();
  const count = (value: unknown): number | null => (value === null ? null : Number(value));
  return rows.map((row) => ({
    gapId: row['gap_id'] as string,
    exchange: row['exchange'] as string,
    symbol: row['symbol'] as string,
    afterTradeId: row['after_trade_id'] as string | null,
    beforeTradeId: row['before_trade_id'] as string | null,
    fromTimestamp: Number(row['from_timestamp']),
    toTimestamp: count(row['to_timestamp']),
    missing: count(row['missing']),
    cause: row['cause'] as Gap['cause'],
    status: row['status'] as Gap['status'],
  }));
}

async function signalsIn({ reader }: Database): Promise<MlSignal[]> {
  const rows = (await reader.runAndReadAll('FROM signals')).getRowObjectsJS();
  return rows.map((row) => ({
    exchange: row['exchange'] as string,
    symbol: row['symbol'] as string,
    timeframe: row['timeframe'] as string,
    signalType: row['signal_type'] as MlSignal['signalType'],
    riskLevel: row['risk_level'] as MlSignal['riskLevel'],
    confidence: row['confidence'] as number,
    probBuy: row['prob_buy'] as number,
    probHold: row['prob_hold'] as number,
    probSell: row['prob_sell'] as number,
    riskScore: row['risk_score'] as number,
    inferenceTimeMs: row['inference_time_ms'] as number,
    modelVersion: row['model_version'] as string,
    timestamp: Number(row['timestamp']),
  }));
}
