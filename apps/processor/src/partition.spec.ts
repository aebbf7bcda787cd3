import {
  AMQP_EXCHANGES,
  coreQueues,
  decodeBatch,
  encodeBatch,
  type RawTick,
  routingKeys,
  sinkQueues,
} from '@neuraltrade/contracts';
import { createInProcessBus, type MessageBus, type Subscription } from '@neuraltrade/messaging';
import { createMetrics } from '@neuraltrade/metrics';
import { createLogger } from '@neuraltrade/service';
import { processorConfig } from './config';
import { Partition } from './partition';
import { RefusalLog } from './refusal-log';

const NOW = 1_700_000_040_000;

const trade = (id: number): RawTick => ({
  exchange: 'kraken',
  symbol: 'BTC/USD',
  bid: 100,
  ask: 100,
  last: 100,
  volume: 1,
  timestamp: NOW + id,
  tradeId: String(id),
  takerSide: 'buy',
  receivedAt: NOW + id,
  quoted: false,
  quotedAt: null,
  backfilled: false,
});

/** A bus whose consumers can be lost, and which refuses outputs while it is told to. */
function unsteady(bus: MessageBus) {
  const control = { refusing: false, refused: 0, lose: (): void => undefined };
  const wrapped = Object.assign(Object.create(bus) as MessageBus, {
    publish: (message: Parameters<MessageBus['publish']>[0]) => {
      if (!control.refusing) return bus.publish(message);
      control.refused += 1;
      return Promise.resolve('nacked' as const);
    },
    consume: async (...args: Parameters<MessageBus['consume']>): Promise<Subscription> => {
      const subscription = await bus.consume(...args);
      const ended = new Promise<'lost'>((resolve) => (control.lose = () => resolve('lost')));
      return Object.assign(Object.create(subscription) as Subscription, {
        ended,
        ack: (tag: number) => subscription.ack(tag),
        ackThrough: (tag: number) => subscription.ackThrough(tag),
        close: () => subscription.close(),
      });
    },
  });
  return { bus: wrapped, control };
}

test('a consumer that is lost while a checkpoint waits for its outputs does not hold up the next ownership', async () => {
  const inner = createInProcessBus({ dataDir: null });
  const { bus, control } = unsteady(inner);
  const config = { ...processorConfig({}), PARTITIONS: 1 };
  await bus.declare(coreQueues(1, 1_000_000));
  const log = createLogger({ name: 'test', level: 'fatal' });
  const partition = new Partition(0, {
    bus,
    config,
    metrics: createMetrics(),
    log,
    now: () => NOW,
    refusals: new RefusalLog(log, () => NOW),
    startFresh: false,
  });
  await partition.start();
  const publish = (id: number): Promise<unknown> =>
    inner.publish({
      amqpExchange: AMQP_EXCHANGES.raw,
      routingKey: routingKeys.raw(0, 'kraken'),
      messageId: String(id),
      ...encodeBatch('raw', [trade(id)]),
    });
  await publish(1);
  await partition.drain();

  control.refusing = true;
  await publish(2);
  const stuck = performance.now() + 10_000;
  while (control.refused === 0 && performance.now() < stuck) {
    void partition.checkpoint();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(control.refused).toBeGreaterThan(0);
  control.lose();
  control.refusing = false;
  await publish(3);
  await partition.drain();
  const ids = new Set<string>();
  const taken = await inner.consume(sinkQueues(1).ticks.name, { prefetch: 10 }, ({ tag, ...message }) => {
    for (const { tradeId } of decodeBatch('ticks', message).records) ids.add(tradeId);
    taken.ack(tag);
  });
  while (ids.size < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  await partition.stop();
  await inner.close();
});
