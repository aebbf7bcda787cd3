import {
  AMQP_EXCHANGES,
  type Candle,
  type Clock,
  coreQueues,
  decodeBatch,
  encodeBatch,
  logNames,
  parkedQueue,
  partitionOf,
  type ProcessedTick,
  rawQueue,
  type RawRecord,
  type RawTick,
  routingKeys,
  sinkQueues,
} from '@neuraltrade/contracts';
import { createInProcessBus, type Delivery, type MessageBus, PARK_HEADERS } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createLogger } from '@neuraltrade/service';
import { processorConfig, type ProcessorConfig } from './config';
import { createProcessor, type Processor } from './create-processor';

const EXCHANGE = 'kraken';
const SYMBOL = 'BTC/USD';
const MINUTE = 60_000;
const OPEN = 1_700_000_040_000;
const PARTITION = partitionOf(EXCHANGE, SYMBOL, 8);
const FAST = {
  CHECKPOINT_INTERVAL_MS: '20',
  FLUSH_INTERVAL_MS: '10',
  PARTIAL_INTERVAL_MS: '50',
  TIMEFRAMES: '1m',
};

jest.setTimeout(60_000);

const trade = (id: number, offsetMs: number, last: number, volume = 1): RawTick => ({
  exchange: EXCHANGE,
  symbol: SYMBOL,
  bid: last,
  ask: last,
  last,
  volume,
  timestamp: OPEN + offsetMs,
  tradeId: String(id),
  takerSide: 'buy',
  receivedAt: OPEN + offsetMs + 5,
  quoted: false,
  quotedAt: null,
  backfilled: false,
});
const clock = (offsetMs: number): Clock => ({
  exchange: EXCHANGE,
  symbols: [SYMBOL],
  timestamp: OPEN + offsetMs,
  offsetMs: 0,
});

describe('createProcessor', () => {
  const { ticks: tickQueue, ohlcv: candleQueue } = sinkQueues(1_000_000);
  let bus: MessageBus;
  let processors: Processor[];
  let ticks: ProcessedTick[];
  let candles: Candle[];

  beforeEach(() => {
    bus = createInProcessBus({ dataDir: null });
    processors = [];
    ticks = [];
    candles = [];
  });

  afterEach(async () => {
    await Promise.all(processors.map((processor) => processor.stop()));
    await bus.close();
  });

  const start = async (overrides: Partial<ProcessorConfig> = {}, startFresh = false): Promise<Processor> => {
    const config = { ...processorConfig(FAST), ...overrides };
    const log = createLogger({ name: 'test', level: 'fatal' });
    const processor = await createProcessor({
      bus,
      config,
      metrics: createMetrics(),
      log,
      now: () => OPEN,
      startFresh,
    });
    processors.push(processor);
    return processor;
  };
  const publish = async (...records: RawRecord[]): Promise<void> => {
    const outcome = await bus.publish({
      amqpExchange: AMQP_EXCHANGES.raw,
      routingKey: routingKeys.raw(PARTITION, EXCHANGE),
      messageId: 'm',
      ...encodeBatch('raw', records),
    });
    expect(outcome).toBe('confirmed');
  };
  const collect = async (): Promise<void> => {
    const store = await bus.consume(tickQueue.name, { prefetch: 100 }, (delivery) => {
      ticks.push(...decodeBatch('ticks', delivery).records);
      store.ack(delivery.tag);
    });
    const closed = await bus.consume(candleQueue.name, { prefetch: 100 }, (delivery) => {
      candles.push(...decodeBatch('candles', delivery).records);
      closed.ack(delivery.tag);
    });
  };

  it('turns raw trades into ticks and, once a clock has passed the close, into a final candle', async () => {
    const processor = await start();
    await collect();
    await publish(trade(1, 0, 100), trade(2, 10, 104, 2), trade(3, MINUTE - 1, 102));
    await publish(clock(MINUTE + 2_000));
    await processor.drain();
    await until(() => candles.length === 1 && ticks.length === 3);
    expect(candles[0]).toMatchObject({
      timestamp: OPEN,
      open: 100,
      high: 104,
      low: 100,
      close: 102,
      volume: 4,
      trades: 3,
    });
    expect(candles[0]).toMatchObject({ state: 'final', revision: 0 });
    expect(ticks[1]).toMatchObject({ tradeId: '2', mid: 104, spread: 0, spreadBps: 0 });
  });

  it('goes on with an open candle after a restart, under a larger epoch', async () => {
    const first = await start();
    await collect();
    await publish(trade(1, 0, 100), trade(2, 10, 104));
    await first.drain();
    await processors.pop()?.stop();
    const second = await start();
    await publish(trade(2, 10, 104), trade(3, 20, 90), clock(MINUTE + 2_000));
    await second.drain();
    await until(() => candles.length === 1);
    expect(candles[0]).toMatchObject({ open: 100, high: 104, low: 90, close: 90, trades: 3 });
    expect(candles[0]?.epoch).toBeGreaterThan(OPEN);
  });

  it('acks nothing by a checkpoint behind a foreign fence, takes over again and counts no trade twice', async () => {
    await start({ CHECKPOINT_INTERVAL_MS: 60_000 });
    await collect();
    await publish(trade(1, 0, 100), trade(2, 10, 104));
    await until(() => ticks.length === 2);
    const log = await bus.openLog(logNames.checkpoint(PARTITION));
    await log.append({ headers: { type: 'fence', nonce: 'foreign', epochBase: 1 }, body: Buffer.alloc(0) });
    await processors[0]?.drain();
    // Nothing was acked by the fenced checkpoint, so the batch came again and was published again.
    expect(ticks).toHaveLength(4);
    await publish(trade(3, 20, 90), clock(MINUTE + 2_000));
    await processors[0]?.drain();
    await until(() => candles.length === 1);
    expect(candles[0]).toMatchObject({ open: 100, high: 104, low: 90, close: 90, trades: 3 });
  });

  it('acks nothing while a full queue refuses its outputs, and goes on when there is room', async () => {
    const config = { QUEUE_MAX_BYTES: 3_000, BATCH_SIZE: 1 };
    await bus.declare(coreQueues(8, config.QUEUE_MAX_BYTES));
    await start(config);
    const raw = rawQueue(PARTITION, 1).name;
    for (let id = 1; id <= 40; id += 1) {
      await publish(trade(id, id, 100));
    }
    await until(async () => (await bus.depth(tickQueue.name)).ready > 0);
    // Ten checkpoint intervals in which one without confirmed outputs would ack what is not stored.
    for (let look = 0; look < 20; look += 1) {
      const { ready, unacked } = await bus.depth(raw);
      expect(40 - ready - unacked).toBeLessThanOrEqual((await bus.depth(tickQueue.name)).ready);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect((await bus.depth(raw)).unacked).toBeGreaterThan(0);
    await collect();
    await processors[0]?.drain();
    await until(async () => (await bus.depth(raw)).unacked === 0);
    await until(() => new Set(ticks.map(({ tradeId }) => tradeId)).size === 40);
    expect(ticks.map(({ tradeId }) => Number(tradeId))).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });

  it('parks a record that cannot be used with its reason, and the rest of its batch goes on', async () => {
    const processor = await start();
    await collect();
    const parked: Delivery[] = [];
    const parking = await bus.consume(parkedQueue(1).name, { prefetch: 10 }, (delivery) => {
      parked.push(delivery);
      parking.ack(delivery.tag);
    });
    await publish(trade(1, 0, 100), { ...trade(2, 1, 100), last: -1 }, trade(3, 2, 100));
    await processor.drain();
    await until(() => ticks.length === 2 && parked.length === 1);
    expect(parked[0]?.routingKey).toBe('malformed');
    expect(parked[0]?.headers[PARK_HEADERS.detail]).toContain('last');
    expect(parked[0]?.headers).toMatchObject({
      schema: 'raw',
      [PARK_HEADERS.queue]: rawQueue(PARTITION, 1).name,
    });
  });

  it('refuses another number of partitions than the bus was begun with, and the first one still works afterwards', async () => {
    await start();
    await processors.pop()?.stop();
    await expect(start({ PARTITIONS: 4 })).rejects.toThrow('PARTITIONS is 4, but this data was begun with 8');
    await expect(start()).resolves.toBeDefined();
  });

  it('counts what it parked, by reason, into the result of a session', async () => {
    const processor = await start({}, true);
    await publish(trade(1, 0, 100), { ...trade(2, 1, 100), last: -1 }, { ...trade(3, 2, 100), volume: 0 });
    const { candles: finals, refused } = await processor.finish();
    expect([...finals]).toEqual([[EXCHANGE, 1]]);
    expect([...refused]).toEqual([['malformed', 2]]);
  });

  it('is not ready while a full queue goes on refusing its outputs, and says which', async () => {
    await bus.declare(coreQueues(8, 1_000));
    const processor = await start({ QUEUE_MAX_BYTES: 1_000, BATCH_SIZE: 1 });
    for (let id = 1; id <= 10; id += 1) await publish(trade(id, id, 100));
    await until(() => !processor.checks.every((check) => check.probe().ok), 'a check that fails');
    const reason = processor.checks.map((check) => check.probe().reason).join(' ');
    expect(reason).toContain(`ticks:${EXCHANGE}:${SYMBOL} have been refused`);
    await collect();
    await until(() => processor.checks.every((check) => check.probe().ok), 'the checks to pass again');
  });

  it('closes every candle at the end of a replayed session', async () => {
    const processor = await start({}, true);
    await collect();
    await publish(trade(1, 0, 100), trade(2, MINUTE, 101));
    await processor.finish();
    await until(() => candles.length === 2);
    expect(candles.map(({ timestamp, state }) => [timestamp, state])).toEqual([
      [OPEN, 'final'],
      [OPEN + MINUTE, 'final'],
    ]);
  });
});

async function until(holds: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited 10 s for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
