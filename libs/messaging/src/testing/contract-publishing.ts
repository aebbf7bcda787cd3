import { PermanentError } from '@neuraltrade/contracts';
import {
  collect,
  eachTestHasItsBus,
  message,
  publishAll,
  queueSpec,
  texts,
  until,
  type MakeBus,
} from './bus-under-test';

/** Routing, confirms and what travels with a message. */
export function describePublishing(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);

  it('brings a message to every queue with a matching binding and to no other', async () => {
    const { bus } = test();
    const patterns = ['#', 'raw.#', 'raw.*.kraken', 'raw.#.kraken', '*.3.*', 'raw.3', 'tick.#', '*'];
    await bus.declare(
      patterns.map((pattern, i) =>
        queueSpec(`q${i}`, { bindings: [{ amqpExchange: 'market.raw', pattern }] }),
      ),
    );
    await bus.declare([queueSpec('other', { bindings: [{ amqpExchange: 'market.ticks', pattern: '#' }] })]);

    expect(await bus.publish(message('m', { routingKey: 'raw.3.kraken' }))).toBe('confirmed');

    const matching = ['q0', 'q1', 'q2', 'q3', 'q4'];
    for (const queue of matching) {
      const collector = await collect(bus, queue);
      await collector.received(1);
    }
    for (const queue of ['q5', 'q6', 'q7', 'other']) expect((await bus.depth(queue)).ready).toBe(0);
  });

  it('brings a message once to a queue that two of its bindings match', async () => {
    const { bus } = test();
    const bindings = ['#', 'raw.#'].map((pattern) => ({ amqpExchange: 'market.raw' as const, pattern }));
    await bus.declare([queueSpec('twice', { bindings })]);
    await publishAll(bus, ['first', 'last']);
    const collector = await collect(bus, 'twice');
    await collector.received(2);
    expect(collector.texts()).toEqual(['first', 'last']);
  });

  it('returns a message that no queue is bound for', async () => {
    const { bus } = test();
    await bus.declare([
      queueSpec('bound', { bindings: [{ amqpExchange: 'market.raw', pattern: 'raw.0.*' }] }),
    ]);
    expect(await bus.publish(message('lost', { routingKey: 'raw.1.binance' }))).toBe('returned');
    expect(await bus.publish(message('kept', { routingKey: 'raw.0.binance' }))).toBe('confirmed');
  });

  it('carries body, content type, headers, id, amqp exchange and routing key', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('all', { bindings: [{ amqpExchange: 'market.ticks', pattern: '#' }] })]);
    const body = Buffer.from([0, 255, 10, 13, 128]);
    const published = {
      amqpExchange: 'market.ticks',
      routingKey: 'tick.kraken.BTC-USD',
      body,
      contentType: 'application/octet-stream',
      headers: { schema: 'ticks', schemaVersion: 1, note: 'a text' },
      messageId: 'id-1',
    } as const;
    await bus.publish({ ...published, priority: 3 });
    const [delivery] = await (await collect(bus, 'all')).received(1);
    expect(delivery).toMatchObject({
      ...published,
      body: expect.anything() as unknown,
      tag: 1,
      redelivered: false,
    });
    expect(delivery?.body.equals(body)).toBe(true);
  });

  it('does not see what the publisher does to its buffer and headers afterwards', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('copied')]);
    const body = Buffer.alloc(20_000, 'a');
    const headers: Record<string, string> = { schema: 'raw' };
    const outcome = bus.publish(message('m', { body, headers }));
    body.fill('b');
    headers['schema'] = 'changed';
    expect(await outcome).toBe('confirmed');
    const [delivery] = await (await collect(bus, 'copied')).received(1);
    expect(delivery?.body.equals(Buffer.alloc(20_000, 'a'))).toBe(true);
    expect(delivery?.headers).toEqual({ schema: 'raw' });
  });

  it.each([
    ['headers', { headers: { schema: 'raw', detail: 'é'.repeat(20_000) } }],
    ['headers', { headers: Object.fromEntries(texts(0, 3_000).map((name) => [`header-${name}`, 1])) }],
    ['routingKey', { routingKey: 'k'.repeat(256) }],
    ['messageId', { messageId: 'é'.repeat(128) }],
    ['body', { body: Buffer.alloc(16_777_217) }],
  ])('refuses a message with %s that no broker takes, and goes on', async (part, changes) => {
    const { bus } = test();
    await bus.declare([queueSpec('small')]);
    const refused = bus.publish(message('large', changes));
    await expect(refused).rejects.toThrow(PermanentError);
    await expect(refused).rejects.toThrow(new RegExp(part));
    bus.send(message('large', changes));
    expect(await bus.publish(message('after'))).toBe('confirmed');
    const collector = await collect(bus, 'small');
    await collector.received(1);
    expect(collector.texts()).toEqual(['after']);
  });

  it('neither delivers nor confirms within the call of publish', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('later')]);
    const collector = await collect(bus, 'later');
    let settled = false;
    const outcome = bus.publish(message('m')).then(() => (settled = true));
    expect(collector.deliveries).toHaveLength(0);
    expect(settled).toBe(false);
    await Promise.all([outcome, collector.received(1)]);
  });

  it('confirms messages published without waiting and delivers them in their order', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('many')]);
    const expected = texts(0, 2_000);
    const outcomes = await Promise.all(expected.map((text) => bus.publish(message(text))));
    expect(new Set(outcomes)).toEqual(new Set(['confirmed']));
    const collector = await collect(bus, 'many', 5_000);
    await collector.received(2_000);
    expect(collector.texts()).toEqual(expected);
  });

  it('delivers what is sent without waiting, and ignores that nobody is bound for it', async () => {
    const { bus } = test();
    bus.send(message('nobody'));
    await bus.declare([queueSpec('sent')]);
    bus.send(message('somebody'));
    const collector = await collect(bus, 'sent');
    await collector.received(1);
    expect(collector.texts()).toEqual(['somebody']);
  });

  it('does not deliver a message whose time to live has passed', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('short-lived')]);
    await bus.publish(message('expired', { expirationMs: 20 }));
    await until('the message expires', async () => (await bus.depth('short-lived')).ready === 0);
    await bus.publish(message('long-lived', { expirationMs: 60_000 }));
    await bus.publish(message('for-ever'));
    const collector = await collect(bus, 'short-lived');
    await collector.received(2);
    expect(collector.texts()).toEqual(['long-lived', 'for-ever']);
  });

  it('settles open confirms before it is closed, then answers unknown and says why it is not healthy', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('closed')]);
    expect(bus.health()).toEqual({ ok: true, reason: '' });
    let early = 'open';
    void bus.publish(message('early')).then((outcome) => (early = outcome));
    await bus.close();
    expect(early).toBe('confirmed');
    expect(await bus.publish(message('late'))).toBe('unknown');
    expect(bus.health().ok).toBe(false);
    expect(bus.health().reason).toMatch(/closed/);
  });
}
