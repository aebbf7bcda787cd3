import { createMetrics } from '@neuraltrade/metrics';
import type { MessageBus } from '../message-bus';
import { collect, message, publishAll, queueSpec, texts, until } from '../testing/bus-under-test';
import { createInProcessBus, type InProcessBusOptions } from './in-process-bus';

jest.setTimeout(30_000);

const buses: MessageBus[] = [];

function memoryBus(options: Partial<InProcessBusOptions> = {}): MessageBus {
  const bus = createInProcessBus({ dataDir: null, ...options });
  buses.push(bus);
  return bus;
}

afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()));
});

describe('the in-process bus', () => {
  it('lets timers run while a publisher awaits one confirm after the other', async () => {
    const bus = memoryBus();
    await bus.declare([queueSpec('busy', { kind: 'optional', maxBytes: 1_000 })]);
    let fired = false;
    setTimeout(() => (fired = true), 1);
    let published = 0;
    while (!fired && published < 1_000_000) {
      await bus.publish(message('m'));
      published += 1;
    }
    expect(fired).toBe(true);
  });

  it('lets timers run while a consumer gives every delivery back at once', async () => {
    const bus = memoryBus();
    await bus.declare([queueSpec('hot')]);
    await publishAll(bus, ['poison']);
    let deliveries = 0;
    const subscription = await bus.consume('hot', { prefetch: 1 }, ({ tag }) => {
      deliveries += 1;
      subscription.requeue(tag);
    });
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    await subscription.close();
    expect(deliveries).toBeGreaterThan(3);
  });

  it('gives messages to the consumers of a queue in turn, passing over one without credit', async () => {
    const bus = memoryBus();
    await bus.declare([queueSpec('shared')]);
    const [first, second] = [await collect(bus, 'shared', 2), await collect(bus, 'shared', 10)];
    await publishAll(bus, texts(0, 7));
    await second.received(5);
    expect(first.texts()).toEqual(['0', '2']);
    expect(second.texts()).toEqual(['1', '3', '4', '5', '6']);
  });

  it('gives every queue its share while another one has a backlog', async () => {
    const bus = memoryBus();
    const bound = (pattern: string) => [{ amqpExchange: 'market.raw' as const, pattern }];
    await bus.declare([
      queueSpec('backlog', { bindings: bound('raw.0.*') }),
      queueSpec('quiet', { bindings: bound('raw.1.*') }),
    ]);
    await Promise.all(texts(0, 5_000).map((text) => bus.publish(message(text))));
    let backlog = 0;
    let backlogWhenQuietCame = Infinity;
    const busy = await bus.consume('backlog', { prefetch: 10 }, ({ tag }) => {
      backlog += 1;
      busy.ack(tag);
    });
    await bus.consume('quiet', { prefetch: 10 }, () => (backlogWhenQuietCame = backlog));
    await bus.publish(message('quiet', { routingKey: 'raw.1.x' }));
    await until('both are through', () => backlog === 5_000 && backlogWhenQuietCame !== Infinity);
    expect(backlogWhenQuietCame).toBeLessThan(5_000);
  });

  it('removes an optional queue that nobody used for its time, and keeps one that is consumed or declared again', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    try {
      const bus = memoryBus({ optionalQueueExpiresMs: 1_000 });
      const bound = (name: string) => [{ amqpExchange: 'market.raw' as const, pattern: name }];
      const optional = (name: string) => queueSpec(name, { kind: 'optional', bindings: bound(name) });
      const outcome = (name: string) => bus.publish(message(name, { routingKey: name }));
      const core = queueSpec('core', { bindings: bound('core') });
      await bus.declare([optional('unused'), optional('used'), optional('renewed'), core]);
      const { subscription } = await collect(bus, 'used');

      jest.advanceTimersByTime(999);
      expect(await outcome('unused')).toBe('confirmed');
      await bus.declare([optional('renewed')]);
      jest.advanceTimersByTime(999);
      expect(await outcome('unused')).toBe('returned');
      for (const name of ['used', 'renewed', 'core']) expect(await outcome(name)).toBe('confirmed');

      await subscription.close();
      jest.advanceTimersByTime(1_000);
      expect(await outcome('used')).toBe('returned');
      expect(await outcome('core')).toBe('confirmed');
    } finally {
      jest.useRealTimers();
    }
  });

  it('names what differs when a queue exists with other settings, and declares none of the others', async () => {
    const bus = memoryBus();
    await bus.declare([queueSpec('known', { maxBytes: 100 })]);
    await expect(
      bus.declare([queueSpec('new'), queueSpec('known', { kind: 'optional', maxBytes: 200 })]),
    ).rejects.toThrow(
      'Queue known exists with other settings: kind is core, asked for was optional; maxBytes is 100, asked for was 200.',
    );
    await expect(collect(bus, 'new')).rejects.toThrow('Queue new is not declared');
  });

  it.each([0, -1, 1.5, NaN])('refuses a prefetch of %s', async (prefetch) => {
    const bus = memoryBus();
    await bus.declare([queueSpec('q')]);
    await expect(collect(bus, 'q', prefetch)).rejects.toThrow(/prefetch of 1 or more/);
  });

  it('counts what was dropped, parked and answered twice', async () => {
    const metrics = createMetrics();
    const bus = memoryBus({ metrics });
    const parked = queueSpec('parked', { bindings: [{ amqpExchange: 'market.dlx', pattern: '#' }] });
    await bus.declare([queueSpec('lossy', { kind: 'optional', maxBytes: 3 }), parked]);
    await publishAll(bus, texts(0, 8));
    expect(await bus.depth('lossy')).toEqual({ ready: 3, unacked: 0, dropped: 5 });
    const { subscription, received } = await collect(bus, 'lossy', 2);
    await received(2);
    expect(await bus.depth('lossy')).toEqual({ ready: 1, unacked: 2, dropped: 5 });
    subscription.ack(1);
    subscription.ack(1);
    subscription.ackThrough(1);
    await subscription.park(2, 'malformed', 'no JSON');
    await subscription.park(2, 'malformed', 'no JSON');
    await subscription.close();
    // A late answer is what a hand-over brings, no fault.
    subscription.ack(3);
    subscription.ackThrough(3);
    await subscription.park(3, 'malformed', 'no JSON');
    const text = await metrics.registry.metrics();
    expect(text).toContain('neuraltrade_messages_failed_total{stage="queue",reason="dropped-oldest"} 5');
    expect(text).toContain('neuraltrade_messages_failed_total{stage="consume",reason="repeated-answer"} 3');
    expect(text).toContain('neuraltrade_parked_total{reason="malformed"} 1');
  });

  it('parks a message that was given back more often than the delivery limit, with its reason', async () => {
    const bus = memoryBus({ deliveryLimit: 2 });
    const parked = queueSpec('parked', {
      bindings: [{ amqpExchange: 'market.dlx', pattern: 'delivery-limit' }],
    });
    await bus.declare([queueSpec('q'), parked]);
    await publishAll(bus, ['poison']);
    let deliveries = 0;
    const subscription = await bus.consume('q', { prefetch: 1 }, ({ tag }) => {
      deliveries += 1;
      subscription.requeue(tag);
    });
    const [copy] = await (await collect(bus, 'parked')).received(1);
    expect(copy?.headers).toMatchObject({ 'x-park-reason': 'delivery-limit', 'x-source-queue': 'q' });
    expect(deliveries).toBe(3);
  });

  it('keeps nothing running while idle: no timer or handle of its own holds the process', async () => {
    const before = process.getActiveResourcesInfo().length;
    const bus = memoryBus({ optionalQueueExpiresMs: 60_000 });
    await bus.declare([queueSpec('unused', { kind: 'optional' }), queueSpec('used')]);
    const { received } = await collect(bus, 'used');
    await publishAll(bus, ['m']);
    await received(1);
    await (await bus.openLog('idle')).follow(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before);
  });
});
