import { FaultProxy } from '@neuraltrade/infra';
import { createMetrics } from '@neuraltrade/metrics';
import type { MessageBus } from '../message-bus';
import { collect, message, publishAll, queueSpec, texts, until } from '../testing/bus-under-test';
import { describeWithBroker, makeVirtualHost, type VirtualHost } from '../testing/broker-under-test';

jest.setTimeout(30_000);

describeWithBroker(process.env, 'consuming from RabbitMQ', (broker) => {
  let host: VirtualHost;
  let proxy: FaultProxy;
  const buses: MessageBus[] = [];
  const warnings: string[] = [];

  beforeAll(async () => {
    host = await makeVirtualHost(broker);
    proxy = await FaultProxy.start(host.url);
  });

  afterEach(async () => {
    proxy.refuse(false);
    warnings.length = 0;
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await host.clear();
  });

  afterAll(async () => {
    await proxy.stop();
    await host.close();
  });

  function made(...[changes]: Parameters<VirtualHost['makeBus']>): MessageBus {
    const log = { info: () => undefined, warn: (_: object, text: string) => void warnings.push(text) };
    const bus = host.makeBus({ urls: [proxy.url], log, ...changes });
    buses.push(bus);
    return bus;
  }

  it('drops the answers for deliveries of a lost connection and gets every one of them again', async () => {
    const bus = made();
    await bus.declare([queueSpec('work')]);
    await publishAll(bus, texts(0, 10));
    const before = await collect(bus, 'work', 5);
    await before.received(5);
    proxy.cut();
    expect(await before.subscription.ended).toBe('lost');
    const after = await collect(bus, 'work');
    before.subscription.ack(1);
    before.subscription.ackThrough(5);
    before.subscription.requeue(2);
    await before.subscription.park(3, 'malformed', 'too late');
    await after.received(10);
    expect(after.texts()).toEqual(texts(0, 10));
    expect(after.deliveries.slice(0, 5).every(({ redelivered }) => redelivered)).toBe(true);
    after.subscription.ackThrough(10);
    // The new channel was not closed by an answer that belongs to the old one.
    await publishAll(bus, ['next']);
    await after.received(11);
  });

  it('says that a queue was deleted under its consumer, makes it again and consumes it', async () => {
    const bus = made();
    await bus.declare([queueSpec('work')]);
    const before = await collect(bus, 'work');
    await host.channel.deleteQueue('work');
    expect(await before.subscription.ended).toBe('lost');
    expect(bus.health()).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^Queue work is not consumed any more: the broker cancelled/) as unknown,
    });
    const after = await collect(bus, 'work');
    expect(bus.health()).toEqual({ ok: true, reason: '' });
    await publishAll(bus, ['a']);
    await after.received(1);
  });

  it('is told when the broker closes the channel of a consumer that answers too late, and consumes again', async () => {
    const bus = made();
    await bus.declare([queueSpec('work')]);
    await publishAll(bus, ['slow']);
    // A channel keeps the limit that stands when it is opened.
    await broker.rabbitmqctl('eval', 'application:set_env(rabbit, consumer_timeout, 200).');
    const before = await collect(bus, 'work').finally(() =>
      broker.rabbitmqctl('eval', 'application:set_env(rabbit, consumer_timeout, 1800000).'),
    );
    await before.received(1);
    expect(await before.subscription.ended).toBe('lost');
    expect(warnings.join()).toMatch(
      /Queue work is not consumed any more: .*delivery acknowledgement.*timed out/,
    );
    const after = await collect(bus, 'work');
    await after.received(1);
    expect(after.deliveries[0]).toMatchObject({ messageId: 'slow', redelivered: true });
  });

  it('parks nothing over 30 consumers that leave without an answer', async () => {
    const bus = made();
    const parked = queueSpec('parked', { bindings: [{ amqpExchange: 'market.dlx', pattern: '#' }] });
    await bus.declare([queueSpec('work'), parked]);
    await publishAll(bus, texts(0, 10));
    for (let round = 0; round < 30; round++) {
      const collector = await collect(bus, 'work', 10);
      await collector.received(10);
      await collector.subscription.close();
    }
    const last = await collect(bus, 'work');
    await last.received(10);
    expect(last.texts()).toEqual(texts(0, 10));
    expect((await bus.depth('parked')).ready).toBe(0);
  });

  it('ends the readers of a log with their connection; read anew, every record is there once', async () => {
    const bus = made();
    const log = await bus.openLog('processor.checkpoint.0');
    for (const text of texts(0, 5)) await log.append({ headers: { text }, body: Buffer.from(text) });
    const offsets: number[] = [];
    const before = await log.follow(({ offset }) => offsets.push(offset));
    await until('five records', () => offsets.length === 5);
    proxy.cut();
    expect(await before.ended).toBe('lost');
    const again: number[] = [];
    await log.follow(({ offset }) => again.push(offset));
    await until('a record after the cut', () =>
      log.append({ headers: {}, body: Buffer.from('5') }).then(
        () => true,
        () => false,
      ),
    );
    await until('six records', () => again.length >= 6);
    expect(again.slice(0, 5)).toEqual(offsets);
    expect(again).toEqual([...new Set(again)].sort((a, b) => a - b));
  });

  it('makes an exclusive queue again on its next connection', async () => {
    const bus = made();
    await bus.declare([queueSpec('mine', { kind: 'exclusive' })]);
    const before = await collect(bus, 'mine');
    proxy.cut();
    expect(await before.subscription.ended).toBe('lost');
    const after = await collect(bus, 'mine');
    await until('it is published', async () => (await bus.publish(message('a'))) === 'confirmed');
    await after.received(1);
  });

  it('leaves no optional queue behind whose consumer stays away', async () => {
    const absent = made({ optionalQueueExpiresMs: 200 });
    await absent.declare([queueSpec('optional', { kind: 'optional' })]);
    await publishAll(absent, ['a']);
    await absent.close();
    const bus = made();
    await until('it is gone', async () => (await bus.publish(message('b'))) === 'returned');
  });

  it('counts what was parked and answers that came twice', async () => {
    const metrics = createMetrics();
    const bus = made({ metrics });
    await bus.declare([
      queueSpec('work'),
      queueSpec('parked', { bindings: [{ amqpExchange: 'market.dlx', pattern: '#' }] }),
    ]);
    await publishAll(bus, ['a']);
    const collector = await collect(bus, 'work');
    await collector.received(1);
    await collector.subscription.park(1, 'malformed', 'no array');
    collector.subscription.ack(1);
    const text = await metrics.registry.metrics();
    expect(text).toMatch(/neuraltrade_parked_total\{reason="malformed"\} 1/);
    expect(text).toMatch(/neuraltrade_messages_failed_total\{stage="consume",reason="repeated-answer"\} 1/);
  });
});
