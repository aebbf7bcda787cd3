import { coreQueues, partitionOf, type RawRecord, type RawTick } from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createRawPublisher } from './raw-publisher';
import { keptLog } from './testing/adapter-harness';
import { TEST_START } from './testing/venue-frames';
import { virtualTimers } from './virtual-timers';

const PARTITIONS = 8;
const HOT = 'BTC/USDT';
const COLD = Array.from({ length: 200 }, (_, index) => `C${index}/USDT`);
const HOT_TRADES_PER_MS = 5;
const RUN_MS = 3_000;
/** A broker's answer takes so long, ms: one batch of 100 in flight makes 10,000 trades a second of a partition. */
const CONFIRM_MS = 10;
const FLUSH_MS = 100;
/** A cold trade waits for its batch to be due, for the batch under way, and for its own confirm, ms. */
const BOUND_MS = FLUSH_MS + 2 * CONFIRM_MS + 5;

describe(`one symbol with ${HOT_TRADES_PER_MS * 1_000} trades a second beside ${COLD.length} with one each`, () => {
  it('does not make them late', async () => {
    const { cold, hot } = await waits(() => CONFIRM_MS);
    expect(cold).toHaveLength((COLD.length * RUN_MS) / 1_000);
    expect(hot).toHaveLength(HOT_TRADES_PER_MS * RUN_MS);
    expect(p99(cold)).toBeLessThan(BOUND_MS);
  });

  it('makes none late outside its partition when that one is as slow as it gets', async () => {
    const own = partitionOf('binance', HOT, PARTITIONS);
    const { elsewhere } = await waits((partition) => (partition === own ? 1_000 : CONFIRM_MS));
    const symbols = COLD.filter((symbol) => partitionOf('binance', symbol, PARTITIONS) !== own);
    expect(elsewhere).toHaveLength((symbols.length * RUN_MS) / 1_000);
    expect(p99(elsewhere)).toBeLessThan(BOUND_MS);
  });

  /** How long each trade was on its way to its confirm, ms of virtual time; `elsewhere` are cold ones of other partitions. */
  async function waits(
    confirmMs: (partition: number) => number,
  ): Promise<{ hot: number[]; cold: number[]; elsewhere: number[] }> {
    const timers = virtualTimers(TEST_START);
    const real = createInProcessBus({ dataDir: null });
    const waited = { hot: [] as number[], cold: [] as number[], elsewhere: [] as number[] };
    const own = partitionOf('binance', HOT, PARTITIONS);
    const publisher = createRawPublisher({
      bus: Object.assign(Object.create(real) as MessageBus, {
        publish: ({ routingKey }: { routingKey: string }) =>
          new Promise((resolve) => {
            timers.schedule(confirmMs(Number(routingKey.split('.')[1])), () => resolve('confirmed'));
          }),
      }),
      queues: coreQueues(PARTITIONS, 1_000_000),
      timers,
      random: () => 0.5,
      metrics: createMetrics(),
      log: keptLog(),
      exchange: 'binance',
      source: 'test-run',
      partitions: PARTITIONS,
      bufferMaxTicks: 50_000,
      batchMaxTicks: 100,
      batchFlushMs: FLUSH_MS,
      onConfirmed: (records) => {
        for (const record of records as (RawRecord & RawTick)[]) {
          const wait = timers.now() - record.receivedAt;
          waited[record.symbol === HOT ? 'hot' : 'cold'].push(wait);
          const { symbol } = record;
          if (partitionOf('binance', symbol, PARTITIONS) !== own) waited.elsewhere.push(wait);
        }
      },
    });
    let id = 0;
    const trade = (symbol: string): void => {
      id += 1;
      if (!publisher.output.tick(tickOf(symbol, id, timers.now()))) throw new Error('There was no room.');
    };
    for (let ms = 0; ms < RUN_MS; ms += 1) {
      for (let count = 0; count < HOT_TRADES_PER_MS; count += 1) trade(HOT);
      // One of the others every 5 ms: each has its turn once a second.
      if (ms % 5 === 0) trade(COLD[(ms / 5) % COLD.length] as string);
      timers.advanceTo(timers.now() + 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let ms = 0; ms < 2 * FLUSH_MS; ms += 1) {
      timers.advanceTo(timers.now() + 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    publisher.stop();
    await real.close();
    return waited;
  }
});

function tickOf(symbol: string, id: number, receivedAt: number): RawTick {
  return {
    ...{ exchange: 'binance', symbol, bid: 100, ask: 100, last: 100, volume: 1 },
    ...{ timestamp: receivedAt, tradeId: String(id), takerSide: 'buy', receivedAt },
    ...{ quoted: false, quotedAt: null, backfilled: false },
  };
}

function p99(waits: readonly number[]): number {
  const sorted = [...waits].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.99)] as number;
}
