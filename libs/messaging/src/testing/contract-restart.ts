import type { MessageBus } from '../message-bus';
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

/** What a core queue keeps when its bus is closed and opened again. */
export function describeQueueRestart(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);

  async function restarted(...queues: string[]): Promise<MessageBus> {
    const { restart } = test();
    if (restart === undefined) throw new Error('This bus does not restart: tell the contract so.');
    const bus = await restart();
    await bus.declare(queues.map((name) => queueSpec(name)));
    return bus;
  }

  it('has every confirmed message of each core queue after a restart, in order, ahead of later ones', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('first'), queueSpec('second')]);
    const outcomes = await Promise.all(texts(0, 200).map((text) => bus.publish(message(text))));
    expect(new Set(outcomes)).toEqual(new Set(['confirmed']));
    const after = await restarted('first', 'second');
    await until('all are back', async () => (await after.depth('first')).ready === 200);
    await publishAll(after, texts(200, 5));
    for (const queue of ['first', 'second']) {
      const collector = await collect(after, queue, 500);
      await collector.received(205);
      expect(collector.texts()).toEqual(texts(0, 205));
    }
  });

  it('brings body, content type, headers, id, amqp exchange and routing key over a restart', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('kept')]);
    const body = Buffer.from([0, 255, 10, 13, 128]);
    const published = message('id-1', {
      body,
      contentType: 'application/octet-stream',
      headers: { schema: 'ticks', schemaVersion: 1, note: 'é' },
    });
    await bus.publish({ ...published, expirationMs: 600_000 });
    await bus.publish({ ...published, body: Buffer.alloc(0), messageId: 'empty' });
    const collector = await collect(await restarted('kept'), 'kept');
    const [first, second] = await collector.received(2);
    expect(first).toMatchObject({ ...published, body: expect.anything() as unknown });
    expect(first?.body.equals(body)).toBe(true);
    expect([second?.messageId, second?.body.length]).toEqual(['empty', 0]);
  });

  it('delivers after a restart what was not answered, redelivered and ahead of the rest, and nothing that was', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('work')]);
    await publishAll(bus, texts(0, 20));
    const before = await collect(bus, 'work', 8);
    await before.received(8);
    before.subscription.ackThrough(3);
    before.subscription.ack(5);
    await before.received(12);
    const after = await collect(await restarted('work'), 'work');
    await after.received(16);
    expect(after.texts()).toEqual(['3', '5', ...texts(6, 14)]);
    const delivered = new Set(before.texts());
    const again = after.deliveries.filter(({ messageId }) => delivered.has(messageId));
    expect(again.length).toBeGreaterThan(0);
    expect(again.map(({ redelivered }) => redelivered)).toEqual(again.map(() => true));
  });

  it('keeps what is not answered over several restarts', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('work')]);
    await publishAll(bus, texts(0, 10));
    for (let round = 0; round < 4; round++) {
      const current = await restarted('work');
      const collector = await collect(current, 'work', 2);
      await collector.received(2);
      expect(collector.texts()).toEqual(texts(2 * round, 2));
      collector.subscription.ackThrough(2);
    }
  });

  it('counts what was there before a restart against the bound of a queue', async () => {
    const { bus } = test();
    const bounded = [queueSpec('narrow', { maxBytes: 5_000 })];
    const filler = (text: string) => message(text, { body: Buffer.alloc(1_000) });
    await bus.declare(bounded);
    let stored = 0;
    while ((await bus.publish(filler(String(stored)))) === 'confirmed' && stored < 1_000) stored += 1;
    const { restart } = test();
    const after = await restart?.();
    await after?.declare(bounded);
    await until('all are back', async () => ((await after?.depth('narrow'))?.ready ?? 0) >= 5);
    expect(await after?.publish(filler('one more'))).toBe('nacked');
  });
}
