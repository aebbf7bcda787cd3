import { FaultProxy, startRabbitMq, type RabbitMq } from '@neuraltrade/infra';
import { createMetrics } from '@neuraltrade/metrics';
import type { MessageBus, OutgoingMessage, PublishOutcome } from '../message-bus';
import { publishBatch } from '../publish-batch';
import { describeWithBroker, QUICK } from '../testing/broker-under-test';
import { collect, message, queueSpec, texts, until } from '../testing/bus-under-test';
import type { RabbitMqBusOptions } from './options';
import { createRabbitMqBus } from './rabbitmq-bus';

/**
 * RabbitMQ 3.10 writes down lazily what it knows of its streams: killed within seconds of its very first one, it takes that one
 * for unreachable for ever, and killed within a second of a start, it may lose what a stream took since.
 */
const STREAMS_KNOWN_MS = 5_000;

/** How often the broker is killed; many in the long run. */
const KILLS = Number(process.env['BROKER_KILLS'] ?? 1);

jest.setTimeout(120_000 + KILLS * 20_000);

// A broker of its own: what happens here to the whole node would be felt by every other test.
describeWithBroker(process.env, 'while RabbitMQ itself fails', () => {
  let broker: RabbitMq;
  const buses: MessageBus[] = [];
  let queue = '';
  let tests = 0;

  let streamsSince: number;

  beforeAll(async () => {
    broker = await startRabbitMq({ env: process.env });
    const bus = createRabbitMqBus({ urls: broker.urls, ...QUICK });
    await bus.openLog('killed');
    streamsSince = performance.now();
    await bus.close();
  });

  beforeEach(() => {
    queue = `work-${++tests}`;
  });

  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });

  afterAll(() => broker.dispose());

  async function made(changes: Partial<RabbitMqBusOptions> = {}): Promise<MessageBus> {
    const bus = createRabbitMqBus({ urls: broker.urls, ...QUICK, ...changes });
    buses.push(bus);
    await bus.declare([
      queueSpec(queue, { bindings: [{ amqpExchange: 'market.raw', pattern: `${queue}.#` }] }),
      queueSpec('parked', { bindings: [{ amqpExchange: 'market.dlx', pattern: '#' }] }),
    ]);
    return bus;
  }

  function routed(text: string, changes: Partial<OutgoingMessage> = {}): OutgoingMessage {
    return message(text, { routingKey: `${queue}.${text}`, ...changes });
  }

  it('loses nothing confirmed, parked or logged when the broker is killed, and goes on by itself', async () => {
    // A queue whose leader is not elected yet may leave one message without an answer until the next one comes.
    const bus = await made({ confirmTimeoutMs: 1_000 });
    const log = await bus.openLog('killed');
    const confirmed = new Set<string>();
    const appended = new Set<string>();
    let next = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      await until('the streams are known', () => performance.now() - streamsSince > STREAMS_KNOWN_MS);
      const stop = new AbortController();
      const load = Promise.all([
        publishUntil(bus, stop.signal, () => `m${next++}`, confirmed),
        appendUntil(log, stop.signal, () => `r${next++}`, appended),
        parkUntil(bus, stop.signal),
      ]);
      await until(
        'some is confirmed',
        () => confirmed.size > 300 * (kill + 1) && appended.size > 30 * (kill + 1),
      );
      await broker.kill();
      await until('it is noticed', () => !bus.health().ok);
      stop.abort();
      await broker.start();
      streamsSince = performance.now();
      await load;
    }
    expect(await publishBatch(bus, [routed('last')])).toBe(true);

    const collector = await collect(bus, queue, 60_000);
    await until('the last', () => collector.texts().includes('last'));
    const parked = await collect(bus, 'parked', 60_000);
    const missing = (): string[] => {
      const stored = new Set([...collector.texts(), ...parked.deliveries.map(({ messageId }) => messageId)]);
      return [...confirmed].filter((text) => !stored.has(text));
    };
    await until('all that was confirmed', () => missing().length === 0).catch(() => undefined);
    expect(missing()).toEqual([]);
    const records: string[] = [];
    await log.append({ headers: {}, body: Buffer.from('last') });
    await log.follow(({ body }) => records.push(body.toString()));
    await until('the last record', () => records.includes('last'));
    expect([...appended].filter((text) => !records.includes(text))).toEqual([]);
  });

  it.each([
    [
      'memory',
      ['set_vm_memory_high_watermark', '0.0000001'],
      ['set_vm_memory_high_watermark', '0.4'],
      /memory/,
    ],
    ['disk space', ['set_disk_free_limit', '999000000000000'], ['set_disk_free_limit', '50000000'], /disk/],
  ])(
    'waits while the broker is short of %s, within its bounds, and consumes on',
    async (_, alarm, allClear, reason) => {
      const metrics = createMetrics();
      const proxy = await FaultProxy.start(broker.urlOf('/'));
      const bus = await made({
        urls: [proxy.url],
        publishWindow: 10,
        maxWaitingBytes: 100_000,
        confirmTimeoutMs: 60_000,
        metrics,
      });
      for (const text of texts(0, 20)) expect(await bus.publish(routed(text))).toBe('confirmed');
      const consumer = await made();
      await broker.rabbitmqctl(...alarm);
      const settled: PublishOutcome[] = [];
      const publishes = [bus.publish(routed('20'))];
      await until('it says so', () => reason.test(bus.health().reason));
      expect(bus.health().reason).toMatch(
        /^RabbitMQ at 127\.0\.0\.1:\d+ takes no messages since .*Z: low on (memory|disk)\.$/,
      );
      expect(await metrics.registry.metrics()).toMatch(/connection_status\{peer="broker-publish"\} 0\.5/);
      bus.send(routed('best effort'));
      expect(await metrics.registry.metrics()).toMatch(/failed_total\{stage="send",reason="busy"\} 1/);
      for (const text of texts(21, 300)) publishes.push(bus.publish(routed(text)));
      for (const publish of publishes) void publish.then((outcome) => settled.push(outcome));

      const collector = await collect(consumer, queue, 1_000);
      await collector.received(20);
      collector.subscription.ackThrough(20);
      // What the bounds have no room for is refused at once; the rest waits.
      expect(new Set(settled)).toEqual(new Set(['nacked']));
      expect(settled.length).toBeGreaterThan(50);
      expect(settled.length).toBeLessThan(300);

      // Only what was written before the broker said so is in doubt when the connection goes as well.
      proxy.cut();
      await broker.rabbitmqctl(...allClear);
      await Promise.all(publishes);
      const count = (wanted: PublishOutcome) => settled.filter((outcome) => outcome === wanted).length;
      expect([count('unknown'), count('confirmed')]).toEqual([1, 300 - count('nacked')]);
      await collector.received(20 + count('confirmed'));
      await until('all is well', () => bus.health().ok);
      await bus.close();
      await proxy.stop();
    },
  );

  it('counts nothing as published while the broker is frozen, and knows what it has afterwards', async () => {
    const bus = await made({ confirmTimeoutMs: 500, heartbeatS: 1 });
    await broker.freeze();
    const outcomes = await Promise.all(texts(0, 5).map((text) => bus.publish(routed(text))));
    expect(outcomes).toEqual(Array(5).fill('unknown'));
    await until('heartbeats tell', () => /silent/.test(bus.health().reason));
    await broker.thaw();
    expect(
      await publishBatch(
        bus,
        texts(0, 5).map((text) => routed(text)),
      ),
    ).toBe(true);
    const collector = await collect(bus, queue);
    await until('all are there', () => new Set(collector.texts()).size === 5);
  });

  async function publishUntil(
    bus: MessageBus,
    signal: AbortSignal,
    name: () => string,
    confirmed: Set<string>,
  ) {
    while (!signal.aborted) {
      const names = Array.from({ length: 100 }, name);
      const outcomes = await Promise.all(
        names.map((text) => bus.publish(routed(text, { routingKey: `${queue}.x` }))),
      );
      names.forEach((text, i) => outcomes[i] === 'confirmed' && confirmed.add(text));
    }
  }

  async function appendUntil(
    log: Awaited<ReturnType<MessageBus['openLog']>>,
    signal: AbortSignal,
    name: () => string,
    appended: Set<string>,
  ) {
    while (!signal.aborted) {
      const text = name();
      await log.append({ headers: {}, body: Buffer.from(text) }).then(
        () => appended.add(text),
        () => undefined,
      );
    }
  }

  /** Sets aside whatever comes: each message ends in its queue, on the parked one, or both. */
  async function parkUntil(bus: MessageBus, signal: AbortSignal) {
    const subscription = await bus.consume(queue, { prefetch: 10 }, ({ tag }) => {
      if (!signal.aborted) void subscription.park(tag, 'malformed', 'a test').catch(() => undefined);
    });
    await subscription.ended;
  }
});
