import {
  AMQP_EXCHANGES,
  type Candle,
  coreQueues,
  decodeBatch,
  DEFAULT_QUEUE_MAX_BYTES,
  encodeBatch,
  partitionOf,
  type RawTick,
  routingKeys,
  sinkQueues,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus, REPLICA_HEADER } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createLogger } from '@neuraltrade/service';
import { setTimeout as sleep } from 'node:timers/promises';
import { processorConfig } from './config';
import { createProcessor, type Processor } from './create-processor';
import { rendezvousOwner } from './replicas';

const EXCHANGE = 'kraken';
const PARTITIONS = 8;
const OPEN = 1_700_000_040_000;
const SYMBOLS = Array.from({ length: 24 }, (_, index) => `S${index}/USD`);

jest.setTimeout(60_000);

const trade = (symbol: string, id: number): RawTick => ({
  exchange: EXCHANGE,
  symbol,
  bid: 100 + (id % 7),
  ask: 100 + (id % 7),
  last: 100 + (id % 7),
  volume: 0.1,
  timestamp: OPEN + id,
  tradeId: String(id),
  takerSide: 'buy',
  receivedAt: OPEN + id,
  quoted: false,
  quotedAt: null,
  backfilled: false,
});

describe('replicas of the processor', () => {
  let bus: MessageBus;
  const running = new Map<string, Processor>();
  /** Partitions that each replica said it owned last. */
  const owned = new Map<string, number>();

  beforeEach(async () => {
    bus = createInProcessBus({ dataDir: null });
    const watch = {
      name: 'watch',
      kind: 'exclusive' as const,
      singleActiveConsumer: false,
      maxBytes: 1_000_000,
    };
    await bus.declare([
      ...coreQueues(PARTITIONS, DEFAULT_QUEUE_MAX_BYTES),
      { ...watch, bindings: [{ amqpExchange: AMQP_EXCHANGES.events, pattern: 'status.processor' }] },
    ]);
    const statuses = await bus.consume('watch', { prefetch: 10 }, (delivery) => {
      const [status] = decodeBatch('status', delivery).records;
      owned.set(String(delivery.headers[REPLICA_HEADER]), status?.figures['partitionsOwned'] ?? -1);
      statuses.ack(delivery.tag);
    });
  });

  afterEach(async () => {
    await Promise.all([...running.values()].map((processor) => processor.stop()));
    await bus.close();
  });

  const join = async (replica: string): Promise<void> => {
    const config = processorConfig({
      CHECKPOINT_INTERVAL_MS: '50',
      FLUSH_INTERVAL_MS: '20',
      TIMEFRAMES: '1m',
    });
    const log = createLogger({ name: 'test', level: 'fatal' });
    const metrics = createMetrics();
    const deps = { bus, config, log, metrics, now: Date.now, startFresh: false, replica };
    running.set(replica, await createProcessor(deps));
  };
  const leave = async (replica: string): Promise<void> => {
    await running.get(replica)?.stop();
    running.delete(replica);
  };
  const share = (replica: string, of: string[]): number =>
    Array.from({ length: PARTITIONS }, (_, number) => rendezvousOwner(number, of)).filter(
      (owner) => owner === replica,
    ).length;

  it('share the partitions, hand them over as they come and go, and process every trade once into its candle', async () => {
    const seen = new Map<string, Set<string>>(SYMBOLS.map((symbol) => [symbol, new Set()]));
    const candles = new Map<string, Candle>();
    const { ticks, ohlcv } = sinkQueues(DEFAULT_QUEUE_MAX_BYTES);
    const tickStore = await bus.consume(ticks.name, { prefetch: 100 }, (delivery) => {
      for (const { symbol, tradeId } of decodeBatch('ticks', delivery).records)
        seen.get(symbol)?.add(tradeId);
      tickStore.ack(delivery.tag);
    });
    const candleStore = await bus.consume(ohlcv.name, { prefetch: 100 }, (delivery) => {
      for (const candle of decodeBatch('candles', delivery).records) candles.set(candle.symbol, candle);
      candleStore.ack(delivery.tag);
    });
    let sent = 0;
    const publish = async (): Promise<void> => {
      sent += 1;
      for (const symbol of SYMBOLS) {
        const routingKey = routingKeys.raw(partitionOf(EXCHANGE, symbol, PARTITIONS), EXCHANGE);
        const message = { amqpExchange: AMQP_EXCHANGES.raw, routingKey, messageId: `${symbol}:${sent}` };
        await bus.publish({ ...message, ...encodeBatch('raw', [trade(symbol, sent)]) });
      }
    };
    const publishUntil = async (holds: () => boolean, what: string): Promise<void> => {
      const deadline = Date.now() + 20_000;
      while (!holds()) {
        if (Date.now() > deadline) throw new Error(`${what}: ${JSON.stringify([...owned])}`);
        await publish();
        await sleep(5);
      }
    };

    await join('a');
    await publishUntil(() => owned.get('a') === PARTITIONS, 'one replica owns everything');
    await join('b');
    const both = ['a', 'b'];
    expect(share('a', both)).toBeGreaterThan(0);
    await publishUntil(
      () => both.every((replica) => owned.get(replica) === share(replica, both)),
      'two replicas own their shares',
    );
    await leave('a');
    await publishUntil(() => owned.get('b') === PARTITIONS, 'the one that is left owns everything');

    const clock = { exchange: EXCHANGE, timestamp: OPEN + 120_000, offsetMs: 0 };
    for (const symbol of SYMBOLS) {
      const routingKey = routingKeys.raw(partitionOf(EXCHANGE, symbol, PARTITIONS), EXCHANGE);
      const message = { amqpExchange: AMQP_EXCHANGES.raw, routingKey, messageId: `${symbol}:clock` };
      await bus.publish({ ...message, ...encodeBatch('raw', [{ ...clock, symbols: [symbol] }]) });
    }
    await running.get('b')?.drain();
    const deadline = Date.now() + 10_000;
    while (candles.size < SYMBOLS.length && Date.now() < deadline) await sleep(10);
    for (const symbol of SYMBOLS) {
      expect(seen.get(symbol)?.size).toBe(sent);
      expect(candles.get(symbol)).toMatchObject({ trades: sent, open: 101, state: 'final' });
    }
  });
});
