import { PermanentError } from '@neuraltrade/contracts';
import { FaultProxy } from '@neuraltrade/infra';
import { createMetrics } from '@neuraltrade/metrics';
import type { MessageBus, PublishOutcome } from '../message-bus';
import { publishBatch } from '../publish-batch';
import { collect, message, queueSpec, texts, until } from '../testing/bus-under-test';
import { describeWithBroker, makeVirtualHost, type VirtualHost } from '../testing/broker-under-test';
import { queueOptions } from './queue-arguments';

jest.setTimeout(30_000);

describeWithBroker(process.env, 'publishing to RabbitMQ', (broker) => {
  let host: VirtualHost;
  let proxy: FaultProxy;
  const buses: MessageBus[] = [];

  beforeAll(async () => {
    host = await makeVirtualHost(broker);
    proxy = await FaultProxy.start(host.url);
  });

  afterEach(async () => {
    proxy.flow('toBroker', 'pass');
    proxy.flow('toClient', 'pass');
    proxy.refuse(false);
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
    await host.clear();
  });

  afterAll(async () => {
    await proxy.stop();
    await host.close();
  });

  function made(...[changes]: Parameters<VirtualHost['makeBus']>): MessageBus {
    const bus = host.makeBus({ urls: [proxy.url], ...changes });
    buses.push(bus);
    return bus;
  }

  it('answers unknown when no confirm comes in time, tolerates late confirms, and has its window back afterwards', async () => {
    const metrics = createMetrics();
    const bus = made({ confirmTimeoutMs: 200, publishWindow: 3, metrics });
    await bus.declare([queueSpec('work')]);
    proxy.flow('toClient', 'stall');
    const outcomes = await Promise.all(texts(0, 6).map((text) => bus.publish(message(text))));
    expect(new Set(outcomes)).toEqual(new Set(['unknown']));
    expect(await metrics.registry.metrics()).toMatch(
      /neuraltrade_messages_failed_total\{stage="broker",reason="no-answer"\} 6/,
    );
    proxy.flow('toClient', 'pass');
    await until('the window is free', async () => (await bus.publish(message('after'))) === 'confirmed');
    // Three were in front of the broker, which has them; the others never left.
    const collector = await collect(bus, 'work');
    await collector.received(4);
    expect(collector.texts().slice(0, 3)).toEqual(['0', '1', '2']);
    expect(new Set(collector.texts().slice(3))).toEqual(new Set(['after']));
  });

  it('publishes by another channel when a routing key is refused for long, and the others lose, double and overtake nothing', async () => {
    const bus = made({ renewAfterMs: 20 });
    await bus.declare([
      queueSpec('full', { maxBytes: 1, bindings: [{ amqpExchange: 'market.raw', pattern: 'full' }] }),
      queueSpec('free', { bindings: [{ amqpExchange: 'market.raw', pattern: 'free' }] }),
    ]);
    let refused = 0;
    const refusedOnes = (async (): Promise<void> => {
      while (refused < 60) {
        if ((await bus.publish(message('x', { routingKey: 'full' }))) === 'nacked') refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const outcomes: Promise<PublishOutcome>[] = [];
    while (refused < 60) {
      outcomes.push(bus.publish(message(String(outcomes.length), { routingKey: 'free' })));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await refusedOnes;
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['confirmed']));
    const collector = await collect(bus, 'free', 60_000);
    await collector.received(outcomes.length);
    expect(collector.texts()).toEqual(texts(0, outcomes.length));
  });

  it('repeats what a cut left unknown under the same id, in order, so that repeats can be recognised', async () => {
    const bus = made();
    await bus.declare([queueSpec('work')]);
    const outcomes: PublishOutcome[] = [];
    proxy.flow('toClient', 'stall');
    const published = publishBatch(
      bus,
      texts(0, 20).map((text) => message(text)),
      {
        onOutcome: (outcome) => outcomes.push(outcome),
        backoffMaxMs: 10,
      },
    );
    await until(
      'the broker has the first',
      async () => (await host.channel.checkQueue('work')).messageCount === 1,
    );
    proxy.flow('toClient', 'pass');
    proxy.cut();
    expect(await published).toBe(true);
    expect(outcomes.filter((outcome) => outcome === 'unknown').length).toBeGreaterThan(0);
    const collector = await collect(bus, 'work');
    await until('the last', () => collector.texts().includes('19'));
    expect([...new Set(collector.deliveries.map(({ messageId }) => messageId))]).toEqual(texts(0, 20));
    expect(collector.texts().slice(0, 2)).toEqual(['0', '0']);
  });

  it('goes on with a new channel when the connection dies while it waits for the buffer to drain', async () => {
    const bus = made({ confirmTimeoutMs: 60_000, publishWindow: 1e6, publishWindowBytes: 1e9 });
    await bus.declare([queueSpec('work', { maxBytes: 1e9 })]);
    proxy.flow('toBroker', 'stall');
    const body = Buffer.alloc(1_900);
    const published = texts(0, 12_000).map((text) => bus.publish(message(text, { body })));
    // Room for what the sockets take; the rest waits for a drain that never comes.
    await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
    proxy.flow('toBroker', 'pass');
    const outcomes = await Promise.all(published);
    const firstConfirmed = outcomes.indexOf('confirmed');
    expect(firstConfirmed).toBeGreaterThan(0);
    expect(new Set(outcomes.slice(0, firstConfirmed))).toEqual(new Set(['unknown']));
    expect(new Set(outcomes.slice(firstConfirmed))).toEqual(new Set(['confirmed']));
  });

  it('does not see what is done to a message that waits for its turn', async () => {
    const bus = made({ publishWindow: 1 });
    await bus.declare([queueSpec('work')]);
    const bodies = ['first', 'second'].map((text) => Buffer.from(text));
    const headers: Record<string, string> = { schema: 'raw' };
    const published = bodies.map((body) => bus.publish(message('m', { body, headers })));
    for (const body of bodies) body.fill('x');
    headers['schema'] = 'changed';
    expect(await Promise.all(published)).toEqual(['confirmed', 'confirmed']);
    const collector = await collect(bus, 'work');
    await collector.received(2);
    expect(collector.texts()).toEqual(['first', 'second']);
    expect(collector.deliveries[1]?.headers).toEqual({ schema: 'raw' });
  });

  it('says that nothing is bound, binds its queues again, and repeats the message', async () => {
    const bus = made();
    await bus.declare([queueSpec('work')]);
    await host.channel.unbindQueue('work', 'market.raw', '#');
    const reasons: string[] = [];
    const outcomes: PublishOutcome[] = [];
    const published = publishBatch(bus, [message('kept')], {
      onOutcome: (outcome) => {
        outcomes.push(outcome);
        reasons.push(bus.health().reason);
      },
    });
    expect(await published).toBe(true);
    expect(outcomes[0]).toBe('returned');
    expect(reasons[0]).toMatch(/^No queue takes raw\.0\.binance on market\.raw since .*declared again\.$/);
    expect(bus.health()).toEqual({ ok: true, reason: '' });
    await (await collect(bus, 'work')).received(1);
  });

  it('declares an amqp exchange again that was deleted under it, and its neighbours lose nothing', async () => {
    const bus = made();
    const tickQueue = queueSpec('ticks', { bindings: [{ amqpExchange: 'market.ticks', pattern: '#' }] });
    await bus.declare([queueSpec('work'), tickQueue]);
    await host.channel.deleteExchange('market.ticks');
    const expected = texts(0, 50);
    const published = publishBatch(
      bus,
      expected.map((text) =>
        Number(text) % 10 === 3
          ? message(text, { amqpExchange: 'market.ticks', routingKey: 'tick.x' })
          : message(text, { routingKey: `raw.0.${text}` }),
      ),
    );
    expect(await published).toBe(true);
    const [work, ticks] = [await collect(bus, 'work'), await collect(bus, 'ticks')];
    const seen = () => new Set([...work.texts(), ...ticks.texts()]);
    await until('all are stored', () => seen().size === 50);
  });

  it('declares a queue on an amqp exchange that was deleted meanwhile', async () => {
    const bus = made();
    await bus.declare([]);
    await host.channel.deleteExchange('market.signals');
    await bus.declare([
      queueSpec('signals', { bindings: [{ amqpExchange: 'market.signals', pattern: 'signal.#' }] }),
    ]);
    const signal = message('a', { amqpExchange: 'market.signals', routingKey: 'signal.x' });
    expect(await bus.publish(signal)).toBe('confirmed');
  });

  it('overshoots a full queue by no more than its window, and stores exactly what it confirms', async () => {
    const bus = made({ publishWindow: 20 });
    await bus.declare([queueSpec('narrow', { maxBytes: 5_000 })]);
    const outcomes = await Promise.all(
      texts(0, 200).map((text) => bus.publish(message(text, { body: Buffer.alloc(1_000) }))),
    );
    const confirmed = outcomes.filter((outcome) => outcome === 'confirmed').length;
    expect(outcomes.filter((outcome) => outcome === 'nacked')).toHaveLength(200 - confirmed);
    expect(confirmed).toBeGreaterThanOrEqual(5);
    expect(confirmed).toBeLessThanOrEqual(5 + 20 + 1);
    const collector = await collect(bus, 'narrow');
    await collector.received(confirmed);
    expect((await bus.depth('narrow')).ready).toBe(0);
  });

  it.each([
    [
      'drops its oldest',
      { 'x-overflow': 'drop-head' },
      'x-overflow is drop-head, asked for was reject-publish',
    ],
    ['is classic', { 'x-queue-type': 'classic' }, 'x-queue-type is classic, asked for was quorum'],
    ['gives up early', { 'x-delivery-limit': 20 }, 'x-delivery-limit is 20, asked for was 1000000'],
    [
      'has no bound',
      { 'x-max-length-bytes': undefined },
      'x-max-length-bytes is absent, asked for was 10000000',
    ],
  ])('refuses a core queue that %s, in a sentence that says what to do', async (_, changes, difference) => {
    const wanted = queueOptions(queueSpec('core'), 1).arguments as Record<string, unknown>;
    const existing: Record<string, unknown> = { ...wanted, ...changes };
    if (existing['x-queue-type'] === 'classic') delete existing['x-delivery-limit'];
    await host.channel.assertQueue('core', { durable: true, arguments: existing });
    const bus = made();
    const declared = bus.declare([queueSpec('core')]);
    await expect(declared).rejects.toThrow(PermanentError);
    await expect(declared).rejects.toThrow(
      `Queue core exists with other settings: ${difference}. Use the same settings everywhere, or remove the queue first.`,
    );
    await host.channel.deleteQueue('core');
  });

  it('publishes nothing to a queue that was made anew with other settings, and says why', async () => {
    const bus = made({ confirmTimeoutMs: 1_000 });
    await bus.declare([queueSpec('core')]);
    proxy.refuse(true);
    proxy.cut();
    await until('it is cut', () => !bus.health().ok);
    await host.channel.deleteQueue('core');
    await host.channel.assertQueue('core', { durable: true, arguments: { 'x-overflow': 'drop-head' } });
    await host.channel.bindQueue('core', 'market.raw', '#');
    proxy.refuse(false);
    await until('it says so', () => /Queue core exists with other settings/.test(bus.health().reason));
    expect(await bus.publish(message('kept'))).toBe('unknown');
    expect((await host.channel.checkQueue('core')).messageCount).toBe(0);
    await host.channel.deleteQueue('core');
    await until('it is ready again', () => bus.health().ok);
    expect(await bus.publish(message('kept'))).toBe('confirmed');
  });
});
