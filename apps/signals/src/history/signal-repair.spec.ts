import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MlSignal } from '@neuraltrade/contracts';
import { type EmbeddedStore, openDuckDbStore } from '@neuraltrade/storage';
import { candleOf, MINUTE, NOON, signalOf } from '../testing/records';
import { missingCandles } from './missing-candles';
import { SignalRepair } from './signal-repair';

const HOUR = 60 * MINUTE;

describe('a look into the store', () => {
  const directory = mkdtempSync(join(tmpdir(), 'neuraltrade-repair-'));
  let store: EmbeddedStore;
  let taken: MlSignal[];
  let waiting: number;

  const repairFrom = (lookedUpTo: number): SignalRepair =>
    new SignalRepair(
      {
        store,
        bus: { depth: () => Promise.resolve({ ready: waiting, unacked: 0 }) },
        take: (signals) => Promise.resolve(void taken.push(...signals)),
      },
      lookedUpTo,
    );

  beforeAll(async () => {
    store = await openDuckDbStore({ directory });
    // More in one minute than one query gives, and more around it.
    const crowd = Array.from({ length: 7_000 }, (_, i) =>
      signalOf({ timestamp: NOON + i, modelVersion: `m-${i % 9}` }),
    );
    const others = [-2 * HOUR, -HOUR - 1, HOUR, 26 * HOUR].map((ms) => signalOf({ timestamp: NOON + ms }));
    await store.writeSignals([...crowd, ...others]);
  });
  beforeEach(() => {
    taken = [];
    waiting = 0;
  });
  afterAll(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('takes every signal of the time since once, in order, however many there are in it', async () => {
    await repairFrom(NOON - HOUR - 1).look(NOON + 26 * HOUR + 1);
    expect(taken).toHaveLength(7_003);
    expect(new Set(taken.map(({ timestamp }) => timestamp)).size).toBe(7_003);
    expect(taken.map(({ timestamp }) => timestamp)).toEqual(taken.map(({ timestamp }) => timestamp).sort());
  });

  test('looks through the last half hour again, and through all of it while signals wait for the store', async () => {
    const repair = repairFrom(NOON);
    waiting = 3;
    expect(await repair.look(NOON + 4 * HOUR)).toBe(false);
    expect(repair.lookedUpTo).toBe(NOON);
    waiting = 0;
    expect(await repair.look(NOON + 4 * HOUR)).toBe(true);
    expect(repair.lookedUpTo).toBe(NOON + 3.5 * HOUR);
  });

  test('finds the candles that are missing, also more than one query gives', async () => {
    const candles = Array.from({ length: 6_000 }, (_, i) => candleOf({ timestamp: NOON + i * MINUTE }));
    await store.writeCandles(candles);
    const overdue = { exchange: 'binance', symbol: 'BTC/USDT', timeframe: '1m', signals: [] };
    const range = { from: NOON + MINUTE, to: NOON + 5_999 * MINUTE, candles: 5_998 };
    const found = await missingCandles(store, { ...overdue, ...range });
    const times = found.map(({ timestamp }) => timestamp).sort();
    expect(times).toEqual(candles.slice(1, -1).map(({ timestamp }) => timestamp));
    expect(await missingCandles(store, { ...overdue, ...range, symbol: 'ETH/USDT' })).toEqual([]);
  });
});
