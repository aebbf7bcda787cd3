import {
  coreQueues,
  decodeBatch,
  type Gap,
  isClock,
  isGap,
  type RawRecord,
  type RawTick,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus, type OutgoingMessage } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { adapterConfig } from './adapter-config';
import { createAdapterService } from './adapter-service';
import { keptLog, testVenue } from './testing/adapter-harness';
import { ScriptedTransport } from './testing/scripted-transport';
import { binanceFrames, TEST_START } from './testing/venue-frames';
import { virtualTimers } from './virtual-timers';

const PARTITIONS = 2;
const QUEUE_MAX_BYTES = 268_435_456;
const STEP_MS = 1_000;
const TRADES_A_STEP = 5_000;
const OUTAGE_MS = 600_000;
/** By then the buffer is full. */
const FULL_AFTER_MS = 15_000;
/** After how long without an answer a publish is unknown, ms. */
const ANSWER_MS = 10_000;

jest.setTimeout(120_000);

describe('a broker that is away for ten minutes at 5,000 trades a second', () => {
  it('costs no more memory than the buffer, and what does not fit is one gap of exactly that size', async () => {
    const timers = virtualTimers(TEST_START);
    const transport = new ScriptedTransport(timers);
    const real = createInProcessBus({ dataDir: null });
    const metrics = createMetrics();
    let isAway = false;
    const publish = (message: OutgoingMessage) =>
      isAway
        ? new Promise((resolve) => void timers.schedule(ANSWER_MS, () => resolve('unknown')))
        : real.publish(message);
    const bus = through(real, publish);
    const config = adapterConfig(
      { SYMBOLS: 'BTC/USDT', PARTITIONS: String(PARTITIONS) },
      testVenue('binance'),
    );
    const service = createAdapterService({
      ...{ venue: testVenue('binance'), bus, config, metrics, log: keptLog(), timers, transport },
      fetch: instrumentsOnly,
      random: () => 0.5,
    });
    const records: RawRecord[] = [];
    await real.declare(coreQueues(PARTITIONS, QUEUE_MAX_BYTES));
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const taken = await real.consume(`processor.raw.${partition}`, { prefetch: 10_000 }, (delivery) => {
        records.push(...decodeBatch('raw', delivery).records);
        taken.ack(delivery.tag);
      });
    }
    await service.start();

    let id = 0;
    let unread = 0;
    let deepest = 0;
    const openConnection = (): void => {
      const { latest } = transport;
      if (latest.ended === null && latest.sent.length === 0 && !latest.paused)
        latest.opens().says(binanceFrames.acked(1));
    };
    /** The venue trades on, whoever reads. */
    const trade = async (forMs: number, perStep = TRADES_A_STEP): Promise<void> => {
      for (let passed = 0; passed < forMs; passed += STEP_MS) {
        openConnection();
        for (let count = 0; count < perStep; count += 1) {
          id += 1;
          const { latest } = transport;
          if (latest.ended === null && !latest.paused) latest.says(binanceFrames.trade(id, timers.now()));
          else unread += 1;
        }
        timers.advanceTo(timers.now() + STEP_MS);
        await settled();
        deepest = Math.max(deepest, await depth());
      }
    };
    const depth = async (): Promise<number> =>
      (await metrics.bufferDepth.get()).values.find(({ labels }) => labels.buffer === 'adapter-binance')
        ?.value ?? 0;

    await trade(1_000);
    isAway = true;
    await trade(FULL_AFTER_MS);
    expect(transport.latest.paused || transport.latest.ended !== null).toBe(true);
    expect(deepest).toBeLessThanOrEqual(config.bufferMaxTicks);
    await trade(OUTAGE_MS - FULL_AFTER_MS);
    expect(transport.connections.every(({ ended }) => ended !== null)).toBe(true);
    isAway = false;
    await trade(60_000, 10);
    await service.stop();

    expect(deepest).toBeGreaterThan(0.8 * config.bufferMaxTicks);
    expect(deepest).toBeLessThanOrEqual(config.bufferMaxTicks);
    expect(unread).toBeGreaterThan(2_000_000);
    const ids = records.filter(isTick).map(({ tradeId }) => Number(tradeId));
    expect(ids.length + unread).toBe(id);
    const gaps = records.filter(isGap);
    expect(gaps.at(-1)).toMatchObject({ cause: 'backpressure', status: 'unfillable', missing: unread });
    const { afterTradeId, beforeTradeId } = gaps.at(-1) as Gap;
    const kept = (one: number): boolean => one <= Number(afterTradeId) || one >= Number(beforeTradeId);
    const expected = Array.from({ length: id }, (_, index) => index + 1).filter(kept);
    // In one text each: comparing that many numbers one by one takes seconds.
    expect(ids.join() === expected.join()).toBe(true);
    await real.close();
  });
});

function isTick(record: RawRecord): record is RawTick {
  return !isGap(record) && !isClock(record);
}

/** The bus, with another way to publish. */
function through(bus: MessageBus, publish: (message: OutgoingMessage) => Promise<unknown>): MessageBus {
  return {
    ...{ declare: (specs) => bus.declare(specs), openLog: (name) => bus.openLog(name) },
    ...{ consume: (...call) => bus.consume(...call), depth: (queue) => bus.depth(queue) },
    ...{ send: () => undefined, health: () => bus.health(), close: () => bus.close() },
    publish: publish as MessageBus['publish'],
  };
}

/** Lets promises run; their timers stand still. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A venue that lists BTC/USDT and serves no trade of the past. */
function instrumentsOnly(url: string | URL | Request): Promise<Response> {
  const { pathname } = new URL(url instanceof Request ? url.url : url);
  const listed = { symbol: 'BTCUSDT', status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USDT' };
  return Promise.resolve(
    pathname.endsWith('exchangeInfo')
      ? Response.json({ symbols: [listed] })
      : Response.json({}, { status: 404 }),
  );
}
