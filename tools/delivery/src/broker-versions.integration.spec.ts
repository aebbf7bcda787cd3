import { AMQP_EXCHANGES, type QueueSpec } from '@neuraltrade/contracts';
import { eventually, sharedRabbitMq, type SharedRabbitMq, whyNoRabbitMq } from '@neuraltrade/infra';
import { createRabbitMqBus, type MessageBus } from '@neuraltrade/messaging';
import {
  type Channel,
  type ChannelModel,
  connect,
  type ConsumeMessage,
  type GetMessage,
  type Options,
} from 'amqplib';

/** Versions of RabbitMQ differ where a queue says nothing; what these facts say of queues of ours holds on all of them. */
const broker = sharedRabbitMq(process.env);
jest.setTimeout(60_000);
if (broker === null) test.skip(`what RabbitMQ does (${whyNoRabbitMq(process.env)})`, () => undefined);
else describe('what RabbitMQ does', () => suite(broker));

function suite(rabbitMq: SharedRabbitMq): void {
  let model: ChannelModel;
  let major: number;
  let bus: MessageBus;
  let queue = '';
  let tests = 0;

  beforeAll(async () => {
    const url = await rabbitMq.takeVirtualHost();
    model = await connect(url);
    model.on('error', () => undefined);
    const { version } = model.connection.serverProperties as { version: string };
    major = Number.parseInt(version, 10);
    process.stdout.write(`RabbitMQ ${version}\n`);
    bus = createRabbitMqBus({
      urls: [url],
      heartbeatS: 5,
      connectTimeoutMs: 5_000,
      reconnectBaseMs: 50,
      reconnectMaxMs: 200,
      log: { info: () => undefined, warn: () => undefined },
    });
    await bus.declare([]);
  });
  beforeEach(() => {
    queue = `queue-${++tests}`;
  });
  afterAll(async () => {
    await bus?.close();
    await model?.close();
  });

  describe('with a publish that is confirmed', () => {
    test('without `mandatory`, what no queue takes is confirmed and gone; the bus says returned', async () => {
      const channel = await model.createConfirmChannel();
      channel.publish(AMQP_EXCHANGES.raw, 'nobody.wants.it', Buffer.from('x'));
      await channel.waitForConfirms();
      await channel.close();
      expect(await bus.publish(message('nobody.wants.it', 'x'))).toBe('returned');
    });

    test('a full quorum queue that says nothing of overflow confirms what it drops; one of ours refuses it', async () => {
      await quorum({ 'x-max-length': 5 });
      const channel = await model.createConfirmChannel();
      for (let i = 0; i < 200; i++) channel.sendToQueue(queue, Buffer.from(String(i)));
      await channel.waitForConfirms();
      await channel.close();
      expect(await waiting()).toBe(5);

      const spec = await ours({ maxBytes: 5 });
      let confirmed = 0;
      let refused = 0;
      for (let i = 0; i < 50; i++) {
        const outcome = await bus.publish(message(spec.name, 'x'));
        if (outcome === 'confirmed') confirmed += 1;
        if (outcome === 'nacked') refused += 1;
      }
      expect(confirmed + refused).toBe(50);
      expect(refused).toBeGreaterThan(30);
      expect(await waiting(spec.name)).toBe(confirmed);
    });

    test('the bound of a quorum queue that refuses is soft: a burst may go over it, one by one it holds, and what is confirmed is stored', async () => {
      for (const pace of ['a burst', 'one by one'] as const) {
        queue = `queue-${++tests}`;
        await quorum({ 'x-max-length': 5, 'x-overflow': 'reject-publish' });
        const channel = await model.createConfirmChannel();
        const publishes: Promise<boolean>[] = [];
        for (let i = 0; i < 60; i++) {
          publishes.push(published(channel, 'x'));
          if (pace === 'one by one') await publishes.at(-1);
        }
        const confirmed = (await Promise.all(publishes)).filter(Boolean).length;
        await channel.close();
        expect(confirmed).toBeGreaterThanOrEqual(5);
        if (pace === 'one by one') expect(confirmed).toBeLessThanOrEqual(10);
        expect(await waiting()).toBe(confirmed);
      }
    });

    test('one publish to a missing amqp exchange fails its neighbours on the channel, some of which are stored', async () => {
      await quorum({});
      const channel = await model.createConfirmChannel();
      channel.on('error', () => undefined);
      const closed = new Promise((resolve) => channel.once('close', resolve));
      const neighbours = Array.from({ length: 20 }, () => published(channel, 'x'));
      channel.publish('no-such-exchange', 'x', Buffer.from('x'));
      neighbours.push(...Array.from({ length: 20 }, () => published(channel, 'x').catch(() => false)));
      await closed;
      const told = (await Promise.all(neighbours)).filter(Boolean).length;
      expect(told).toBeLessThan(40);
      await eventually(async () => (await waiting()) >= 20, 'what was in front of the fault');
    });
  });

  describe('with what comes back', () => {
    test('a small delivery limit drops everything that a consumer held when it closed in order a few times', async () => {
      await quorum({ 'x-delivery-limit': 2 });
      await send(10);
      for (let i = 0; i < 3; i++) {
        const held = await hold(10);
        await held.close();
      }
      await eventually(async () => (await waiting()) === 0, 'an empty queue');
    });

    test('a quorum queue without a limit keeps its messages for ever on 3.x and drops them after 20 returns since 4.0', async () => {
      await quorum({});
      await send(1);
      const counts = await returned(25);
      expect(counts).toHaveLength(major >= 4 ? 21 : 25);
      await eventually(async () => (await waiting()) === (major >= 4 ? 0 : 1), 'its answer');
    });

    test('a delivery limit of -1 means none since 4.0, and on 3.x drops a message at its first return', async () => {
      await quorum({ 'x-delivery-limit': -1 });
      await send(1);
      expect(await returned(25)).toHaveLength(major >= 4 ? 25 : 1);
    });

    test('a queue of ours keeps what came back 25 times, on every version', async () => {
      const { name } = await ours();
      queue = name;
      await send(1);
      expect(await returned(25)).toHaveLength(25);
      await eventually(async () => (await waiting()) === 1, 'the message');
    });

    test('the header x-delivery-count of a first delivery is 0 on 3.x and absent since 4.0; ours never shows it', async () => {
      const { name } = await ours();
      queue = name;
      await send(1);
      const channel = await model.createChannel();
      const first = (await channel.get(name)) as GetMessage;
      expect(first.properties.headers?.['x-delivery-count']).toBe(major >= 4 ? undefined : 0);
      await channel.close();
      const headers = await new Promise((resolve) => {
        void bus.consume(name, { prefetch: 1 }, (delivery) => resolve(delivery.headers));
      });
      expect(headers).toEqual({});
    });

    test('a returned message goes to the tail of a queue without a limit on 3.x, else behind what is prefetched', async () => {
      await quorum({});
      await send(6);
      expect(await orderAfterReturn(1)).toEqual(
        major >= 4 ? ['0', '1', '1', '2', '3', '4', '5'] : ['0', '1', '2', '3', '4', '5', '1'],
      );
    });

    test('with a prefetch of one a returned message of a queue of ours comes next, on every version', async () => {
      const { name } = await ours();
      queue = name;
      await send(6);
      expect(await orderAfterReturn(1)).toEqual(['0', '1', '1', '2', '3', '4', '5']);
    });

    test('with a larger prefetch the order is lost on every version, so nothing that is ordered is returned', async () => {
      const { name } = await ours();
      queue = name;
      await send(8);
      expect(await orderAfterReturn(4)).toEqual(['0', '1', '2', '3', '4', '1', '5', '6', '7']);
    });
  });

  describe('at a hand-over', () => {
    test('a cancel lets the next consumer begin while the first holds messages; a close gives them back first', async () => {
      for (const [leave, expected] of [
        ['cancel', ['3', '4', '5']],
        ['close', ['0', '1', '2', '3', '4', '5']],
      ] as const) {
        queue = `queue-${++tests}`;
        await ours({ name: queue, singleActiveConsumer: true });
        await send(6);
        const first = await model.createChannel();
        await first.prefetch(3);
        const held: string[] = [];
        const { consumerTag } = await first.consume(queue, (delivery) => held.push(text(delivery)));
        await eventually(() => held.length === 3, 'three held messages');
        const next: string[] = [];
        const second = await model.createChannel();
        await second.consume(queue, (delivery) => next.push(text(delivery)));
        if (leave === 'cancel') await first.cancel(consumerTag);
        else await first.close();
        await eventually(
          () => next.length === expected.length,
          () => `${leave}: ${next.join(' ')}`,
        );
        expect(next).toEqual(expected);
        await second.close();
        if (leave === 'cancel') await first.close();
      }
    });

    test('a consumer of higher priority takes over since 4.0, once the held messages are answered, and on 3.x never', async () => {
      const { name } = await ours({ singleActiveConsumer: true });
      queue = name;
      await send(2);
      const first = await model.createChannel();
      await first.prefetch(2);
      const held: ConsumeMessage[] = [];
      await first.consume(queue, (delivery) => held.push(delivery as ConsumeMessage));
      await eventually(() => held.length === 2, 'two held messages');
      const second = await model.createChannel();
      const taken: string[] = [];
      await second.consume(queue, (delivery) => taken.push(text(delivery)), {
        arguments: { 'x-priority': 9 },
      });
      first.ack(held[1] as ConsumeMessage, true);
      await eventually(async () => (await waiting()) === 0, 'the answers');
      await send(1);
      await eventually(() => taken.length + held.length === 3, 'the third message');
      expect(taken).toHaveLength(major >= 4 ? 1 : 0);
      await Promise.all([first.close(), second.close()]);
    });
  });

  test('a message of more than 16 MiB is taken on 3.x and closes the channel since 4.0; the bus never sends one', async () => {
    await quorum({});
    const body = Buffer.alloc(17 * 1_048_576);
    const channel = await model.createConfirmChannel();
    channel.on('error', () => undefined);
    const ended = new Promise((resolve) => channel.once('close', resolve));
    const isStored = new Promise<boolean>((resolve) => {
      channel.sendToQueue(queue, body, {}, (error: unknown) => resolve((error ?? null) === null));
    });
    expect(await isStored).toBe(major < 4);
    await (major < 4 ? channel.close() : ended);
    await expect(bus.publish({ ...message('x', ''), body })).rejects.toThrow('16777216');
  });

  function message(routingKey: string, body: string): Parameters<MessageBus['publish']>[0] {
    return {
      amqpExchange: AMQP_EXCHANGES.raw,
      routingKey,
      body: Buffer.from(body),
      contentType: 'text/plain',
      headers: {},
      messageId: body,
    };
  }

  async function quorum(args: Record<string, unknown>): Promise<void> {
    const options: Options.AssertQueue = { durable: true, arguments: { 'x-queue-type': 'quorum', ...args } };
    const channel = await model.createChannel();
    await channel.assertQueue(queue, options);
    await channel.close();
  }

  /** A core queue as services declare it. */
  async function ours(changes: Partial<QueueSpec> = {}): Promise<QueueSpec> {
    const name = changes.name ?? `ours-${tests}`;
    const spec: QueueSpec = {
      name,
      kind: 'core',
      singleActiveConsumer: false,
      maxBytes: 1_000_000,
      bindings: [{ amqpExchange: AMQP_EXCHANGES.raw, pattern: name }],
      ...changes,
    };
    await bus.declare([spec]);
    return spec;
  }

  async function send(count: number): Promise<void> {
    const channel = await model.createConfirmChannel();
    for (let i = 0; i < count; i++) channel.sendToQueue(queue, Buffer.from(String(i)));
    await channel.waitForConfirms();
    await channel.close();
  }

  async function waiting(name = queue): Promise<number> {
    const channel = await model.createChannel();
    const { messageCount } = await channel.checkQueue(name);
    await channel.close();
    return messageCount;
  }

  /** A channel that has taken so many messages and answered none. */
  async function hold(count: number): Promise<Channel> {
    const channel = await model.createChannel();
    let held = 0;
    await channel.prefetch(count);
    await channel.consume(queue, () => (held += 1));
    await eventually(() => held === count, `${count} messages`);
    return channel;
  }

  /** Returns the one message again and again. @returns a text for each delivery until nothing comes any more. */
  async function returned(times: number): Promise<string[]> {
    const channel = await model.createChannel();
    const seen: string[] = [];
    for (let i = 0; i < times; i++) {
      let delivery = await channel.get(queue);
      // It is on its way back to the queue, or gone.
      const deadline = Date.now() + 1_000;
      while (delivery === false && Date.now() < deadline) delivery = await channel.get(queue);
      if (delivery === false) break;
      seen.push(delivery.content.toString());
      channel.nack(delivery, false, true);
    }
    await channel.close();
    return seen;
  }

  /** Takes everything one after the other and returns message 1 once. @returns what was delivered. */
  async function orderAfterReturn(prefetch: number): Promise<string[]> {
    const channel = await model.createChannel();
    await channel.prefetch(prefetch);
    const { messageCount } = await channel.checkQueue(queue);
    const seen: string[] = [];
    await channel.consume(queue, (delivery) => {
      const known = seen.includes(text(delivery));
      seen.push(text(delivery));
      if (text(delivery) === '1' && !known) channel.nack(delivery as ConsumeMessage, false, true);
      else channel.ack(delivery as ConsumeMessage);
    });
    await eventually(
      () => seen.length === messageCount + 1,
      () => `all of them: ${seen.join(' ')}`,
    );
    await channel.close();
    return seen;
  }

  function published(
    channel: Awaited<ReturnType<ChannelModel['createConfirmChannel']>>,
    body: string,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      channel.sendToQueue(queue, Buffer.from(body), {}, (error: unknown) =>
        resolve((error ?? null) === null),
      );
    });
  }
}

function text(delivery: ConsumeMessage | null): string {
  return delivery?.content.toString() ?? '';
}
