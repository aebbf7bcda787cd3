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

/** Declaring, bounds and how long queues live. */
export function describeQueues(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);

  it('keeps the messages of a queue that is declared again', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('kept')]);
    await publishAll(bus, ['a', 'b']);
    await bus.declare([queueSpec('kept')]);
    const collector = await collect(bus, 'kept');
    await collector.received(2);
    expect(collector.texts()).toEqual(['a', 'b']);
  });

  it('refuses a queue that exists with other settings, naming it', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('settled', { maxBytes: 5_000_000 })]);
    const redeclared = bus.declare([queueSpec('settled', { maxBytes: 6_000_000 })]);
    await expect(redeclared).rejects.toThrow(PermanentError);
    await expect(redeclared).rejects.toThrow(/settled/);
    const otherKind = bus.declare([
      queueSpec('settled', { maxBytes: 5_000_000, singleActiveConsumer: true }),
    ]);
    await expect(otherKind).rejects.toThrow(PermanentError);
    // The refusal leaves the bus usable.
    await publishAll(bus, ['after']);
    await (await collect(bus, 'settled')).received(1);
  });

  it('adds the bindings that a later declaration brings', async () => {
    const { bus } = test();
    const bound = (pattern: string) =>
      queueSpec('grown', { bindings: [{ amqpExchange: 'market.raw', pattern }] });
    await bus.declare([bound('raw.0.*')]);
    expect(await bus.publish(message('m', { routingKey: 'raw.1.x' }))).toBe('returned');
    await bus.declare([bound('raw.1.*')]);
    expect(await bus.publish(message('m', { routingKey: 'raw.1.x' }))).toBe('confirmed');
    expect(await bus.publish(message('m', { routingKey: 'raw.0.x' }))).toBe('confirmed');
  });

  it('refuses to consume a queue that was not declared, naming it', async () => {
    const { bus } = test();
    const consumed = bus.consume('nowhere', { prefetch: 1 }, () => undefined);
    await expect(consumed).rejects.toThrow(PermanentError);
    await expect(consumed).rejects.toThrow(/nowhere/);
  });

  it('tells how many messages wait, and 0 for a queue that does not exist', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('counted')]);
    await publishAll(bus, ['a', 'b', 'c']);
    await until('three wait', async () => (await bus.depth('counted')).ready === 3);
    expect((await bus.depth('nowhere')).ready).toBe(0);
  });

  it('nacks a message that one full core queue refuses, though another queue has it', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('narrow', { maxBytes: 5_000 }), queueSpec('wide')]);
    let published = 0;
    let outcome = '';
    while (outcome !== 'nacked' && published < 1_000) {
      outcome = await bus.publish(message(String(published++), { body: Buffer.alloc(1_000) }));
    }
    expect(outcome).toBe('nacked');
    const wide = await collect(bus, 'wide', 2_000);
    await wide.received(published);
    const narrow = await bus.depth('narrow');
    expect(narrow.ready).toBeLessThan(published);
    expect(narrow.ready).toBeGreaterThanOrEqual(5);
  });

  it('keeps the order for a publisher that repeats what a full core queue refused', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('tight', { maxBytes: 3_000 })]);
    const received: string[] = [];
    let nacks = 0;
    let consuming: Promise<unknown> | undefined;
    const consume = async () => {
      const subscription = await bus.consume('tight', { prefetch: 1 }, (delivery) => {
        received.push(delivery.messageId);
        setImmediate(() => subscription.ack(delivery.tag));
      });
    };
    for (const text of texts(0, 200)) {
      const attempt = message(text, { body: Buffer.alloc(1_000) });
      for (
        let outcome = await bus.publish(attempt);
        outcome !== 'confirmed';
        outcome = await bus.publish(attempt)
      ) {
        expect(outcome).toBe('nacked');
        nacks += 1;
        consuming ??= consume();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    await consuming;
    expect(nacks).toBeGreaterThan(0);
    await until('the last message', () => received.includes('199'));
    expect(received).toEqual(texts(0, 200));
  });

  it.each(['optional', 'exclusive'] as const)(
    'drops the oldest of a full %s queue and confirms',
    async (kind) => {
      const { bus } = test();
      await bus.declare([queueSpec('lossy', { kind, maxBytes: 10_000 })]);
      for (const text of texts(0, 100)) {
        expect(await bus.publish(message(text, { body: Buffer.alloc(1_000) }))).toBe('confirmed');
      }
      const ready = (await bus.depth('lossy')).ready;
      expect(ready).toBeGreaterThan(0);
      expect(ready).toBeLessThanOrEqual(10);
      const collector = await collect(bus, 'lossy');
      await collector.received(ready);
      expect(collector.deliveries.map(({ messageId }) => messageId)).toEqual(texts(100 - ready, ready));
    },
  );

  it('removes an exclusive queue with its consumer', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('mine', { kind: 'exclusive' })]);
    const { subscription } = await collect(bus, 'mine');
    await publishAll(bus, ['seen']);
    await subscription.close();
    await until('the queue is gone', async () => (await bus.publish(message('unseen'))) === 'returned');
  });

  it('gives an exclusive queue to one consumer only', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('mine', { kind: 'exclusive' })]);
    const first = await collect(bus, 'mine');
    await expect(collect(bus, 'mine')).rejects.toThrow(PermanentError);
    await publishAll(bus, ['a']);
    await first.received(1);
  });
}
