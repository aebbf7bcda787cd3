import { createMetrics } from '@neuraltrade/metrics';
import { BatchConsumer, type BatchConsumerOptions } from './batch-consumer';
import { createInProcessBus } from './in-process/in-process-bus';
import type { Delivery, MessageBus, Subscription } from './message-bus';
import { publishAll, queueSpec, texts, until } from './testing/bus-under-test';

const QUEUE = queueSpec('batched', { kind: 'optional' });

let bus: MessageBus;
let metrics: ReturnType<typeof createMetrics>;
let consumer: BatchConsumer;
let faults: string[];
const subscriptions: Subscription[] = [];

beforeEach(() => {
  metrics = createMetrics();
  bus = createInProcessBus({ dataDir: null, metrics });
  faults = [];
});
afterEach(async () => {
  await consumer.stop();
  await bus.close();
});

function consumerOf(
  handle: BatchConsumerOptions['handle'],
  changes: Partial<BatchConsumerOptions> = {},
): BatchConsumer {
  consumer = new BatchConsumer({
    bus,
    queue: QUEUE,
    topology: [QUEUE],
    prefetch: 100,
    maxBatch: 3,
    handle,
    onFault: (fault) => faults.push(fault),
    ...changes,
  });
  return consumer;
}

/** The same bus, whose subscriptions can be lost. */
function fragile(): MessageBus {
  return {
    ...bus,
    declare: (queues) => bus.declare(queues),
    consume: async (queue, options, onDelivery) => {
      const subscription = await bus.consume(queue, options, onDelivery);
      let lose: (how: 'lost') => void = () => undefined;
      const lost = new Promise<'lost'>((resolve) => (lose = resolve));
      const fragileSubscription: Subscription = {
        ack: (tag) => subscription.ack(tag),
        ackThrough: (tag) => subscription.ackThrough(tag),
        requeue: (tag) => subscription.requeue(tag),
        park: (tag, reason, detail) => subscription.park(tag, reason, detail),
        ended: Promise.race([subscription.ended, lost]),
        close: async () => {
          lose('lost');
          await subscription.close();
        },
      };
      subscriptions.push(fragileSubscription);
      return fragileSubscription;
    },
  };
}

const textsOf = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ body }) => body.toString());

test('what came while a batch was handled makes the next ones, in order and of bounded size', async () => {
  const batches: string[][] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  await consumerOf(async (deliveries) => {
    batches.push(textsOf(deliveries));
    await gate;
    return [];
  }).start();
  await publishAll(bus, texts(0, 6));
  await until('a batch', () => batches.length === 1);
  open();
  await until('everything', () => batches.flat().length === 6);
  expect(batches.flat()).toEqual(texts(0, 6));
  expect(Math.max(...batches.map(({ length }) => length))).toBe(3);
  await until('answers', async () => (await bus.depth(QUEUE.name)).unacked === 0);
});

test('behind a batch deliveries are gathered, and a full batch or a flush does not wait', async () => {
  const batches: string[][] = [];
  await consumerOf(
    async (deliveries) => {
      batches.push(textsOf(deliveries));
      return [];
    },
    { gatherMs: 3_600_000 },
  ).start();
  await publishAll(bus, ['a']);
  await until('the first batch', () => batches.length === 1);
  await publishAll(bus, ['b', 'c']);
  await until('two that wait', () => consumer.waiting === 2);
  expect(batches).toEqual([['a']]);
  await publishAll(bus, ['d', 'e']);
  await until('a full batch', () => batches.length === 2);
  await until('one that waits', () => consumer.waiting === 1);
  await consumer.flush();
  expect(batches).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
  await until('answers', async () => (await bus.depth(QUEUE.name)).unacked === 0);
});

test('nothing is acknowledged before its handling has resolved', async () => {
  await consumerOf(() => new Promise(() => undefined)).start();
  await publishAll(bus, ['a', 'b']);
  await until('deliveries', async () => (await bus.depth(QUEUE.name)).unacked === 2);
  // Its batch never ends, so that there is nothing to wait for.
  consumer = consumerOf(async () => []);
  expect((await bus.depth(QUEUE.name)).unacked).toBe(2);
});

test('messages that cannot be used are set aside, the others acknowledged', async () => {
  const parked = queueSpec('market.parked', { bindings: [{ amqpExchange: 'market.dlx', pattern: '#' }] });
  await consumerOf(
    async (deliveries) =>
      deliveries
        .filter(({ body }) => body.toString().startsWith('bad'))
        .map((delivery) => ({ delivery, reason: 'malformed' as const, detail: 'It is bad.' })),
    { topology: [QUEUE, parked] },
  ).start();
  await publishAll(bus, ['a', 'bad 1', 'b', 'bad 2']);
  await until('parked copies', async () => (await bus.depth(parked.name)).ready === 2);
  await until('answers', async () => (await bus.depth(QUEUE.name)).unacked === 0);
  expect(await metrics.registry.metrics()).not.toContain('repeated-answer');
});

test('a batch whose handling fails comes again, in order', async () => {
  const seen: string[][] = [];
  await consumerOf(
    async (deliveries) => {
      seen.push(textsOf(deliveries));
      if (seen.length === 1) throw new Error('It did not work');
      return [];
    },
    { maxBatch: 10 },
  ).start();
  await publishAll(bus, ['a', 'b']);
  await until('a second try', () => seen.slice(1).flat().length === 2);
  expect(seen.slice(1).flat()).toEqual(['a', 'b']);
  expect(faults).toEqual(['', 'It did not work; it is consumed again as soon as that is possible.', '']);
});

test('after a lost subscription the batch under way ends before what comes again is handled', async () => {
  const log: string[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  await consumerOf(
    async (deliveries) => {
      log.push(`begin ${textsOf(deliveries).join()}`);
      await gate;
      log.push(`end ${textsOf(deliveries).join()}`);
      return [];
    },
    { bus: fragile() },
  ).start();
  await publishAll(bus, ['a']);
  await until('a batch', () => log.length === 1);
  await subscriptions.at(-1)?.close();
  await until('another subscription', async () => subscriptions.length === 2 && consumer.fault === '');
  expect(log).toEqual(['begin a']);
  open();
  await until('the repeat', () => log.length === 4);
  expect(log).toEqual(['begin a', 'end a', 'begin a', 'end a']);
});
