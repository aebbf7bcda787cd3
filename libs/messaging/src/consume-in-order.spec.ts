import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import {
  consumeInOrder,
  type OrderedConsumeOptions,
  type OrderedConsumer,
  type Verdict,
} from './consume-in-order';
import { createInProcessBus } from './in-process/in-process-bus';
import type { Delivery, MessageBus } from './message-bus';
import { collect, publishAll, queueSpec, texts, until } from './testing/bus-under-test';

jest.setTimeout(30_000);

let bus: MessageBus;
const errors: unknown[] = [];

beforeEach(async () => {
  errors.length = 0;
  bus = createInProcessBus({ dataDir: null });
  await bus.declare([
    queueSpec('work'),
    queueSpec('parked', { bindings: [{ amqpExchange: 'market.dlx', pattern: '#' }], maxBytes: 1 }),
  ]);
});

afterEach(() => bus.close());

function inOrder(
  handler: (delivery: Delivery) => Promise<Verdict>,
  options: Partial<OrderedConsumeOptions> = {},
): Promise<OrderedConsumer> {
  const onError = (error: unknown) => errors.push(error);
  return consumeInOrder(
    bus,
    'work',
    { prefetch: 10, onError, backoffBaseMs: 1, backoffMaxMs: 4, ...options },
    handler,
  );
}

describe('consuming in order', () => {
  it('handles one message at a time, in queue order, and acks it', async () => {
    await publishAll(bus, texts(0, 30));
    const seen: string[] = [];
    let running = 0;
    const consumer = await inOrder(async ({ messageId }) => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      seen.push(messageId);
      return 'ack';
    });
    await until('all are handled', () => seen.length === 30);
    expect(seen).toEqual(texts(0, 30));
    await consumer.close();
    expect(await consumer.ended).toBe('closed');
    expect((await bus.depth('work')).ready).toBe(0);
  });

  it.each([
    ['asks for it', () => Promise.resolve<Verdict>('requeue'), 0],
    ['throws a RetryableError', () => Promise.reject(new RetryableError('later')), 0],
    ['throws anything else, which is reported', () => Promise.reject(new TypeError('a fault of ours')), 3],
  ])('handles a message again before any later one when the handler %s', async (_, refuse, reported) => {
    await publishAll(bus, texts(0, 4));
    const seen: [string, boolean][] = [];
    await inOrder(({ messageId, redelivered }) => {
      seen.push([messageId, redelivered]);
      return messageId === '1' && seen.length <= 4 ? refuse() : Promise.resolve('ack');
    });
    await until('the last is handled', () => seen.at(-1)?.[0] === '3');
    expect(seen).toEqual([
      ['0', false],
      ['1', false],
      ['1', true],
      ['1', true],
      ['1', true],
      ['2', false],
      ['3', false],
    ]);
    expect(errors).toHaveLength(reported);
  });

  it.each([
    ['says so', () => Promise.resolve<Verdict>({ park: 'invalid-number', detail: 'no price' })],
    ['throws a PermanentError', () => Promise.reject(new PermanentError('invalid-number', 'no price'))],
  ])('parks a message with its reason and goes on when the handler %s', async (_, refuse) => {
    await publishAll(bus, texts(0, 3));
    const seen: string[] = [];
    await inOrder(({ messageId }) => {
      seen.push(messageId);
      return messageId === '1' ? refuse() : Promise.resolve('ack');
    });
    const [copy] = await (await collect(bus, 'parked')).received(1);
    expect(copy).toMatchObject({ messageId: '1', routingKey: 'invalid-number' });
    expect(copy?.headers).toMatchObject({ 'x-park-detail': 'no price', 'x-source-queue': 'work' });
    await until('all are handled', () => seen.length === 3);
    expect(seen).toEqual(['0', '1', '2']);
    expect(errors).toEqual([]);
  });

  it('waits with a message that cannot be parked yet', async () => {
    await publishAll(bus, texts(0, 4));
    const seen: string[] = [];
    await inOrder(({ messageId }) => {
      seen.push(messageId);
      return Promise.resolve<Verdict>(messageId === '3' ? 'ack' : { park: 'malformed', detail: '' });
    });
    // The parked queue takes one message; the second is refused until the first is taken away.
    await until('the second was tried again', () => seen.filter((text) => text === '1').length > 2);
    expect(seen).not.toContain('2');
    const parked = await collect(bus, 'parked');
    await until('the last is handled', () => seen.at(-1) === '3');
    await parked.received(3);
    expect(parked.texts()).toEqual(['0', '1', '2']);
  });

  it('lets the handler finish on close, gives its answer, and gives the rest back', async () => {
    await publishAll(bus, texts(0, 5));
    let finish: () => void = () => undefined;
    const seen: string[] = [];
    const consumer = await inOrder(async ({ messageId }) => {
      seen.push(messageId);
      await new Promise<void>((resolve) => (finish = resolve));
      return 'ack';
    });
    await until('the first is being handled', () => seen.length === 1);
    const closed = consumer.close();
    finish();
    await closed;
    expect(seen).toEqual(['0']);
    const rest = await collect(bus, 'work');
    await rest.received(4);
    expect(rest.texts()).toEqual(['1', '2', '3', '4']);
  });

  it('does not wait out a backoff on close', async () => {
    await publishAll(bus, ['0']);
    let handled = 0;
    const consumer = await inOrder(
      () => {
        handled += 1;
        return Promise.resolve('requeue');
      },
      { backoffBaseMs: 1e8, backoffMaxMs: 1e8 },
    );
    await until('it was handled once', () => handled === 1);
    await consumer.close();
    expect((await bus.depth('work')).ready).toBe(1);
    expect(handled).toBe(1);
  });

  it('stops when its bus is closed', async () => {
    const consumer = await inOrder(() => Promise.resolve('ack'));
    await bus.close();
    expect(await consumer.ended).toBe('closed');
    await consumer.close();
  });
});
