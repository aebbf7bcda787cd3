import {
  coreQueues,
  decodeBatch,
  type Gap,
  gapIdOf,
  partitionOf,
  type RawRecord,
  type RawTick,
} from '@neuraltrade/contracts';
import {
  createInProcessBus,
  type Delivery,
  type MessageBus,
  type OutgoingMessage,
  type PublishOutcome,
} from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createRawPublisher, type RawPublisher } from './raw-publisher';
import { keptLog } from './testing/adapter-harness';
import { until } from './testing/until';
import { systemTimers } from './timers';

const PARTITIONS = 4;
const queues = coreQueues(PARTITIONS, 1_000_000);
const symbols = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT', 'BTC/USD', 'ETH/USD', 'ADA/USDT'];

const tick = (symbol: string, id: number): RawTick => ({
  exchange: 'binance',
  symbol,
  bid: 100,
  ask: 100,
  last: 100,
  volume: 1,
  timestamp: id,
  tradeId: String(id),
  takerSide: 'buy',
  receivedAt: id,
  quoted: false,
  quotedAt: null,
  backfilled: false,
});

const gap = (symbol: string, id: number): Gap => {
  const at = { exchange: 'binance', symbol, afterTradeId: String(id), fromTimestamp: id };
  return {
    ...at,
    gapId: gapIdOf(at),
    beforeTradeId: null,
    toTimestamp: null,
    missing: null,
    cause: 'disconnect',
    status: 'open',
  };
};

describe('the raw publisher', () => {
  let bus: MessageBus;
  let publisher: RawPublisher;
  let confirmed: RawRecord[];
  let deliveries: Delivery[];
  let log: ReturnType<typeof keptLog>;

  /** A bus whose publish may be answered by the test before the real bus is asked. */
  const busThat = (answers: (message: OutgoingMessage) => PublishOutcome | null): MessageBus => {
    const asked = Object.create(bus) as MessageBus;
    asked.publish = async (message) => answers(message) ?? bus.publish(message);
    asked.declare = (specs) => bus.declare(specs);
    return asked;
  };

  const begin = async (through = bus, options = {}): Promise<void> => {
    publisher = createRawPublisher({
      bus: through,
      queues,
      timers: systemTimers,
      random: () => 0.5,
      metrics: createMetrics(),
      log,
      exchange: 'binance',
      source: 'test-run',
      partitions: PARTITIONS,
      bufferMaxTicks: 1_000,
      batchMaxTicks: 10,
      batchFlushMs: 5,
      onConfirmed: (records) => confirmed.push(...records),
      ...options,
    });
  };

  const listen = async (): Promise<void> => {
    for (const { name } of queues) {
      if (!name.startsWith('processor.raw.') && name !== 'influx-sink.events') continue;
      await bus.consume(name, { prefetch: 10_000 }, (delivery) => void deliveries.push(delivery));
    }
  };

  const rawDeliveries = (partition: number): Delivery[] =>
    deliveries.filter(({ routingKey }) => routingKey === `raw.${partition}.binance`);
  const idsOf = (found: Delivery[]): string[] =>
    found
      .flatMap((delivery) => decodeBatch('raw', delivery).records)
      .map((record) => (record as RawTick).tradeId);

  beforeEach(async () => {
    [confirmed, deliveries, log] = [[], [], keptLog()];
    bus = createInProcessBus({ dataDir: null });
    await bus.declare(queues);
  });

  afterEach(async () => {
    publisher.stop();
    await bus.close();
  });

  it('publishes each record in the partition of its symbol, in order, with batches numbered from 1', async () => {
    await begin();
    await listen();
    for (let id = 1; id <= 50; id += 1) for (const symbol of symbols) publisher.output.tick(tick(symbol, id));
    await publisher.drain();
    await until(() => deliveries.length > 0 && confirmed.length === 300);
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const found = rawDeliveries(partition);
      expect(found.map(({ headers }) => headers.batch)).toEqual(found.map((_, index) => index + 1));
      expect(found.every(({ headers }) => headers.source === 'test-run' && headers.schema === 'raw')).toBe(
        true,
      );
      expect(found.map(({ messageId }) => messageId)).toEqual(
        found.map((_, index) => `test-run:${partition}:${index + 1}`),
      );
      const records = found.flatMap((delivery) => decodeBatch('raw', delivery).records) as RawTick[];
      for (const symbol of symbols) {
        const ids = records
          .filter((record) => record.symbol === symbol)
          .map(({ tradeId }) => Number(tradeId));
        const here = partitionOf('binance', symbol, PARTITIONS) === partition;
        expect(ids).toEqual(here ? Array.from({ length: 50 }, (_, index) => index + 1) : []);
      }
      expect(found.every((delivery) => decodeBatch('raw', delivery).records.length <= 10)).toBe(true);
    }
  });

  it('sends an incomplete batch when its time is up', async () => {
    await begin();
    publisher.output.tick(tick('BTC/USDT', 1));
    await until(() => confirmed.length === 1);
  });

  it.each(['nacked', 'unknown'] as const)(
    'sends a batch that was %s again, the same and before any later one',
    async (outcome) => {
      const asked: string[] = [];
      await begin(
        busThat((message) => {
          asked.push(message.messageId);
          return asked.length <= 3 ? outcome : null;
        }),
      );
      await listen();
      for (let id = 1; id <= 35; id += 1) publisher.output.tick(tick('BTC/USDT', id));
      await until(() => publisher.health().ok === false);
      await publisher.drain();
      const partition = partitionOf('binance', 'BTC/USDT', PARTITIONS);
      expect(asked.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => `test-run:${partition}:1`));
      await until(() => idsOf(rawDeliveries(partition)).length >= 35);
      expect(idsOf(rawDeliveries(partition))).toEqual(
        Array.from({ length: 35 }, (_, index) => String(index + 1)),
      );
      expect(publisher.health()).toEqual({ ok: true, reason: '' });
    },
  );

  it('goes on in other partitions while one refuses', async () => {
    const refused = partitionOf('binance', 'BTC/USDT', PARTITIONS);
    const other = symbols.find((symbol) => partitionOf('binance', symbol, PARTITIONS) !== refused) as string;
    await begin(busThat(({ routingKey }) => (routingKey === `raw.${refused}.binance` ? 'nacked' : null)));
    publisher.output.tick(tick('BTC/USDT', 1));
    publisher.output.tick(tick(other, 2));
    await until(() => confirmed.length === 1);
    expect(confirmed).toMatchObject([{ symbol: other }]);
    expect(publisher.health().reason).toBe(`The queue behind raw.${refused}.binance is full.`);
  });

  it('is refused by a full queue of the real bus until somebody consumes', async () => {
    const small = coreQueues(1, 4_000);
    await bus.close();
    bus = createInProcessBus({ dataDir: null });
    await bus.declare(small);
    await begin(bus, { partitions: 1, queues: small });
    for (let id = 1; id <= 100; id += 1) publisher.output.tick(tick('BTC/USDT', id));
    await until(() => !publisher.health().ok);
    const ids: string[] = [];
    const subscription = await bus.consume('processor.raw.0', { prefetch: 1 }, (delivery) => {
      ids.push(...idsOf([delivery]));
      subscription.ack(delivery.tag);
    });
    await publisher.drain();
    await until(() => ids.length === 100);
    expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));
  });

  it('declares the queues again when a batch has none, says so once, and then delivers', async () => {
    await bus.close();
    bus = createInProcessBus({ dataDir: null });
    let refusals = 2;
    const reluctant = busThat(() => null);
    reluctant.declare = async (specs) => {
      refusals -= 1;
      if (refusals >= 0) throw new Error('not yet');
      return bus.declare(specs);
    };
    await begin(reluctant);
    publisher.output.tick(tick('BTC/USDT', 1));
    await until(() => !publisher.health().ok);
    expect(publisher.health().reason).toMatch(/^No queue takes raw\.\d\.binance on market\.raw/);
    await until(() => confirmed.length === 1);
    expect(publisher.health().ok).toBe(true);
    expect(log.sentences.filter((sentence) => sentence.startsWith('No queue takes'))).toHaveLength(1);
  });

  it('asks for a pause at 80 % and for more at 50 %, refuses trades when full, and takes gap records always', async () => {
    let open = false;
    await begin(
      busThat(() => (open ? null : 'nacked')),
      { bufferMaxTicks: 20 },
    );
    const pressure: boolean[] = [];
    publisher.onPressure((paused) => pressure.push(paused));
    const taken = Array.from({ length: 60 }, (_, index) =>
      publisher.output.tick(tick('BTC/USDT', index + 1)),
    );
    expect(pressure).toEqual([true]);
    // One batch is under way, twenty records wait.
    expect(taken.filter(Boolean)).toHaveLength(30);
    expect(taken.lastIndexOf(true)).toBe(29);
    publisher.output.gap(gap('BTC/USDT', 30));
    publisher.output.clock({ exchange: 'binance', symbols: ['BTC/USDT'], timestamp: 1, offsetMs: 0 });
    expect(publisher.depth).toBe(31);
    open = true;
    await publisher.drain();
    expect(pressure).toEqual([true, false]);
    expect(confirmed.at(-1)).toMatchObject({ status: 'open' });
    expect(publisher.output.tick(tick('BTC/USDT', 61))).toBe(true);
  });

  it('takes backfilled trades into a quarter of its room only, so that they never pause live ones', async () => {
    await begin(
      busThat(() => 'nacked'),
      { bufferMaxTicks: 20 },
    );
    let paused = false;
    publisher.onPressure((pressed) => (paused ||= pressed));
    const past = (id: number): boolean =>
      publisher.output.backfill({ ...tick('BTC/USDT', id), backfilled: true });
    const taken = Array.from({ length: 60 }, (_, index) => past(index + 1)).filter(Boolean);
    expect(taken).toHaveLength(5);
    expect(paused).toBe(false);
    expect(publisher.output.tick(tick('BTC/USDT', 61))).toBe(true);
  });

  it('publishes a copy of each gap on market.events', async () => {
    await begin();
    await listen();
    publisher.output.gap(gap('BTC/USDT', 1));
    publisher.output.gap({ ...gap('ETH/USDT', 2), status: 'unfillable', toTimestamp: 3 });
    await publisher.drain();
    await until(() => deliveries.filter(({ amqpExchange }) => amqpExchange === 'market.events').length === 2);
    const copies = deliveries.filter(({ amqpExchange }) => amqpExchange === 'market.events');
    expect(copies.map(({ routingKey }) => routingKey)).toEqual([
      'gap.binance.BTC-USDT',
      'gap.binance.ETH-USDT',
    ]);
    expect(copies.flatMap((copy) => decodeBatch('gaps', copy).records)).toMatchObject([
      { status: 'open' },
      { status: 'unfillable' },
    ]);
  });

  it('ends a drain when it is stopped', async () => {
    await begin(busThat(() => 'unknown'));
    publisher.output.tick(tick('BTC/USDT', 1));
    const drained = publisher.drain();
    await until(() => !publisher.health().ok);
    publisher.stop();
    await drained;
    expect(confirmed).toEqual([]);
  });
});
