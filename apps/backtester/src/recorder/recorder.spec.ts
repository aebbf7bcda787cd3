import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AMQP_EXCHANGES,
  encodeBatch,
  parkedQueue,
  type ProcessedTick,
  recorderQueue,
  RetryableError,
  routingKeys,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics, type Metrics } from '@neuraltrade/metrics';
import { enrich } from '@neuraltrade/processing';
import {
  type EmbeddedStore,
  openDuckDbStore,
  openParquetHistory,
  openTickArchive,
  type ParquetHistory,
  type TickArchive,
} from '@neuraltrade/storage';
import { MARKET, MIDNIGHT, tradeAt } from '../testing/live-market';
import { createRecorder, type Recorder, type RecorderDeps } from './create-recorder';

jest.setTimeout(60_000);

const HOUR = 3_600_000;
const CONFIG = {
  QUEUE_MAX_BYTES: 65_536,
  RECORD_FLUSH_MS: 1,
  REPAIR_INTERVAL_MS: 20,
  REPAIR_REACH_MS: 48 * HOUR,
};
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Trades two seconds apart. */
const ticks = (first: number, count: number): ProcessedTick[] =>
  Array.from({ length: count }, (_, index) => enrich(tradeAt(first + index, (first + index) * 2_000)));

describe('the recorder', () => {
  let scratch: string;
  let bus: MessageBus;
  let metrics: Metrics;
  let store: EmbeddedStore;
  let archive: TickArchive;
  let recorded: ParquetHistory;
  const running: Recorder[] = [];

  beforeEach(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'neuraltrade-recorder-'));
    metrics = createMetrics();
    bus = createInProcessBus({ dataDir: null, metrics });
    store = await openDuckDbStore({ directory: join(scratch, 'store') });
    archive = await openTickArchive({ directory: join(scratch, 'parquet'), market: 'simulated' });
    recorded = await openParquetHistory(join(scratch, 'parquet'));
  });
  afterEach(async () => {
    for (const recorder of running.splice(0)) await recorder.stop();
    await recorded.close();
    await archive.close();
    await store.close();
    await bus.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  const start = async (changes: Partial<RecorderDeps> = {}): Promise<Recorder> => {
    const recorder = await createRecorder({
      ...{ bus, archive, recorded, store: null, log: SILENT, metrics, config: CONFIG },
      // Long after the trades: nothing is on its way any more.
      now: () => MIDNIGHT + 6 * HOUR,
      ...changes,
    });
    running.push(recorder);
    return recorder;
  };
  const publish = (some: readonly ProcessedTick[]): Promise<unknown> =>
    bus.publish({
      amqpExchange: AMQP_EXCHANGES.ticks,
      routingKey: routingKeys.tick(MARKET.exchange, MARKET.symbol),
      messageId: `${some[0]?.tradeId ?? ''}`,
      ...encodeBatch('ticks', some),
    });
  const idsRecorded = async (): Promise<string[]> => {
    const found: string[] = [];
    await recorded.readTicks(
      { ...MARKET, from: 0, to: MIDNIGHT + 9 * HOUR },
      (batch) => void found.push(...batch.map(({ tradeId }) => tradeId)),
    );
    return found;
  };
  const idsOf = (some: readonly ProcessedTick[]): string[] => some.map(({ tradeId }) => tradeId);
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + 20_000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const answered = async (): Promise<boolean> => {
    const { ready, unacked } = await bus.depth('backtester.recorder');
    return ready === 0 && unacked === 0;
  };

  it('acknowledges a message when its ticks are in a file, and not before', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const gated: TickArchive = {
      ...methodsOf(archive),
      write: (some) => gate.then(() => archive.write(some)),
    };
    await start({ archive: gated });
    await publish(ticks(1, 3));
    await until('a delivery', async () => (await bus.depth('backtester.recorder')).unacked === 1);
    expect(await idsRecorded()).toEqual([]);
    open();
    await until('an answer', answered);
    expect(await idsRecorded()).toEqual(['1', '2', '3']);
  });

  it('writes what could not be written again, each trade once', async () => {
    let failures = 2;
    const failing: TickArchive = {
      ...methodsOf(archive),
      write: async (some) => {
        // The file is in place, and nobody hears of it.
        const result = await archive.write(some);
        if (failures-- > 0) throw new RetryableError('The disk is full.');
        return result;
      },
    };
    const recorder = await start({ archive: failing });
    await publish(ticks(1, 3));
    await publish(ticks(2, 4));
    await until('everything', async () => failures < 0 && (await answered()));
    expect(await idsRecorded()).toEqual(['1', '2', '3', '4', '5']);
    expect(recorder.checks[0]?.probe()).toEqual({ ok: true, reason: '' });
    const page = await metrics.registry.metrics();
    expect(page).toContain('neuraltrade_records_in_flight{stage="backtester"} 0');
  });

  it('takes from the store what its full queue dropped', async () => {
    const all = ticks(1, 1_500);
    await store.writeTicks(all);
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow: TickArchive = {
      ...methodsOf(archive),
      write: (some) => gate.then(() => archive.write(some)),
    };
    await bus.declare([recorderQueue(CONFIG.QUEUE_MAX_BYTES)]);
    for (let first = 0; first < all.length; first += 50) await publish(all.slice(first, first + 50));
    const { dropped = 0 } = await bus.depth('backtester.recorder');
    expect(dropped).toBeGreaterThan(10);
    const recorder = await start({ archive: slow, store });
    open();
    await until('every tick', async () => (await idsRecorded()).length === all.length);
    expect(await idsRecorded()).toEqual(idsOf(all));
    await recorder.stop();
    expect(await metrics.registry.metrics()).toMatch(
      /neuraltrade_ticks_repaired_total\{exchange="binance"\} [1-9]/,
    );
  });

  it('takes from the store what was published while it was away, and leaves alone what is too young', async () => {
    const all = ticks(1, 1_075);
    await store.writeTicks(all);
    const first = await start();
    await publish(all.slice(0, 100));
    await until('an answer', answered);
    await first.stop();
    const newest = all.at(-1)?.timestamp ?? 0;
    const second = await start({ store, now: () => newest + 1_000 });
    const settled = newest + 1_000 - 120_000;
    const old = all.filter(({ timestamp }) => timestamp < settled - (settled % 300_000));
    await until('what is old enough', async () => (await idsRecorded()).length === old.length);
    // The look under way ends first.
    await second.stop();
    expect(await idsRecorded()).toEqual(idsOf(old));
    expect(old.length).toBeLessThan(all.length - 59);
  });

  it('looks far back once an hour, and at the last hour meanwhile', async () => {
    let now = MIDNIGHT + 6 * HOUR;
    let looks = 0;
    const watched: RecorderDeps['store'] = {
      readTicks: (range, take) => store.readTicks(range, take),
      countTicks: (range, everyMs) => store.countTicks(range, everyMs),
      tickSpan: (symbol) => store.tickSpan(symbol),
      tickSymbols: () => {
        looks += 1;
        return store.tickSymbols();
      },
    };
    const looked = (more: number): Promise<void> => {
      const wanted = looks + more;
      return until('a look', () => Promise.resolve(looks >= wanted));
    };
    await start({ store: watched, now: () => now });
    await looked(1);
    const late = ticks(1, 5);
    await store.writeTicks(late);
    now += HOUR / 2;
    await looked(3);
    expect(await idsRecorded()).toEqual([]);
    now += HOUR / 2;
    await until('the late ticks', async () => (await idsRecorded()).length === late.length);
  });

  it('reads a stretch in vain once only, and goes on when the store is back', async () => {
    const all = ticks(1, 10);
    await store.writeTicks(all);
    let reads = 0;
    let away = true;
    const counting: RecorderDeps['store'] = {
      readTicks: (range, take) => {
        reads += 1;
        return store.readTicks(range, take);
      },
      // One more than there are: nothing that is read can make up for it.
      countTicks: async (range, everyMs) => {
        if (away) throw new RetryableError('The database cannot be reached.');
        return new Map([...(await store.countTicks(range, everyMs))].map(([at, count]) => [at, count + 1]));
      },
      tickSpan: (symbol) => store.tickSpan(symbol),
      tickSymbols: () => store.tickSymbols(),
    };
    const told: string[] = [];
    const log = { ...SILENT, warn: (...words: unknown[]) => void told.push(JSON.stringify(words)) };
    await start({ store: counting, log, now: () => MIDNIGHT + HOUR / 2 });
    await until('a word of the fault', async () => told.some((word) => word.includes('cannot be reached')));
    away = false;
    await until('the repair', async () => (await idsRecorded()).length === 10);
    await until('a read in vain', async () => reads >= 2);
    const before = reads;
    await new Promise((resolve) => setTimeout(resolve, 5 * CONFIG.REPAIR_INTERVAL_MS));
    expect(reads).toBe(before);
  });

  it('sets messages aside that it cannot read, and counts records that it cannot use', async () => {
    const parked = parkedQueue(1_000_000);
    await start();
    const [good, bad] = [ticks(1, 1), { ...ticks(2, 1)[0], last: -1 }];
    await publish([...good, bad as ProcessedTick]);
    await bus.publish({
      ...{ amqpExchange: AMQP_EXCHANGES.ticks, routingKey: 'tick.binance.BTC-USDT', messageId: 'x' },
      ...{ contentType: 'application/json', headers: { schema: 'ticks', schemaVersion: 99 } },
      body: Buffer.from('[]'),
    });
    await until('answers', answered);
    expect((await bus.depth(parked.name)).ready).toBe(1);
    expect(await idsRecorded()).toEqual(['1']);
    const page = await metrics.registry.metrics();
    expect(page).toContain('neuraltrade_records_rejected_total{stage="backtester",reason="malformed"} 1');
    expect(page).toContain(
      'neuraltrade_records_rejected_total{stage="backtester",reason="unknown-schema"} 1',
    );
  });

  it('writes what it holds before it stops, and merges days that are over', async () => {
    const config = { ...CONFIG, RECORD_FLUSH_MS: 600_000 };
    const recorder = await start({ config });
    await publish(ticks(1, 2));
    await until('the first batch', answered);
    await publish(ticks(3, 2));
    await until('a delivery', async () => (await bus.depth('backtester.recorder')).unacked === 1);
    await recorder.stop();
    expect(await idsRecorded()).toEqual(['1', '2', '3', '4']);
    const later = await start({ now: () => MIDNIGHT + 26 * HOUR });
    await until('a merge', async () => partsOf(join(scratch, 'parquet')) === 1);
    await later.stop();
  });
});

/** The methods of an archive, bound: so that single ones can be replaced. */
function methodsOf(archive: TickArchive): TickArchive {
  return {
    write: (some) => archive.write(some),
    merge: (before) => archive.merge(before),
    close: () => archive.close(),
  };
}

function partsOf(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.parquet'),
  ).length;
}
