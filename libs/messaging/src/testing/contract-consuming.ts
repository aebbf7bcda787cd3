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

/** Deliveries and their answers. */
export function describeConsuming(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);

  async function filled(count: number): Promise<ReturnType<typeof test>['bus']> {
    const { bus } = test();
    await bus.declare([queueSpec('work')]);
    await publishAll(bus, texts(0, count));
    return bus;
  }

  it('makes the first delivery after the subscription is there', async () => {
    const bus = await filled(3);
    let subscribed = false;
    const present: boolean[] = [];
    await bus.consume('work', { prefetch: 10 }, () => present.push(subscribed));
    subscribed = true;
    await until('three deliveries', () => present.length === 3);
    expect(present).toEqual([true, true, true]);
  });

  it('holds no more deliveries out than the prefetch, and one more for each answer', async () => {
    const bus = await filled(5);
    const collector = await collect(bus, 'work', 2);
    await collector.received(2);
    await until('three wait', async () => (await bus.depth('work')).ready === 3);
    expect(collector.texts()).toEqual(['0', '1']);
    collector.subscription.ack(2);
    await collector.received(3);
    await until('two wait', async () => (await bus.depth('work')).ready === 2);
    expect(collector.texts()).toEqual(['0', '1', '2']);
    expect(collector.deliveries.map(({ tag }) => tag)).toEqual([1, 2, 3]);
  });

  it('takes every delivery up to a tag off the queue at once', async () => {
    const bus = await filled(6);
    const collector = await collect(bus, 'work', 4);
    await collector.received(4);
    collector.subscription.ack(2);
    collector.subscription.ackThrough(3);
    await collector.received(6);
    await collector.subscription.close();
    const next = await collect(bus, 'work');
    await next.received(3);
    expect(next.texts()).toEqual(['3', '4', '5']);
  });

  it('delivers a requeued message again at the head, marked as redelivered', async () => {
    const bus = await filled(3);
    const collector = await collect(bus, 'work', 1);
    await collector.received(1);
    collector.subscription.requeue(1);
    await collector.received(2);
    collector.subscription.ack(2);
    await collector.received(3);
    expect(collector.texts()).toEqual(['0', '0', '1']);
    expect(collector.deliveries.map(({ redelivered }) => redelivered)).toEqual([false, true, false]);
  });

  it('puts messages requeued one after another back in their order', async () => {
    const bus = await filled(8);
    const collector = await collect(bus, 'work', 4);
    await collector.received(4);
    for (const tag of [1, 2, 3, 4]) collector.subscription.requeue(tag);
    await collector.subscription.close();
    const next = await collect(bus, 'work');
    await next.received(8);
    expect(next.texts()).toEqual(texts(0, 8));
  });

  it('ignores a second answer for a delivery', async () => {
    const bus = await filled(6);
    const collector = await collect(bus, 'work', 2);
    await collector.received(2);
    collector.subscription.ack(1);
    collector.subscription.ack(1);
    collector.subscription.requeue(1);
    await collector.subscription.park(1, 'malformed', 'again');
    await collector.received(3);
    await until('three wait', async () => (await bus.depth('work')).ready === 3);
    expect(collector.texts()).toEqual(['0', '1', '2']);
  });

  it('shares a queue between its consumers', async () => {
    const bus = await filled(0);
    const both = [await collect(bus, 'work', 1), await collect(bus, 'work', 1)];
    await publishAll(bus, ['0', '1', '2']);
    await Promise.all(both.map((collector) => collector.received(1)));
    expect(both.flatMap((collector) => collector.texts()).sort()).toEqual(['0', '1']);
    both[1]?.subscription.ack(1);
    await both[1]?.received(2);
  });

  it('gives what a closed subscription had not answered to the next consumer, in order, ahead of the rest', async () => {
    const bus = await filled(6);
    const first = await collect(bus, 'work', 4);
    await first.received(4);
    first.subscription.ack(2);
    await first.received(5);
    await first.subscription.close();
    expect(await first.subscription.ended).toBe('closed');
    const next = await collect(bus, 'work');
    await next.received(5);
    expect(next.texts()).toEqual(['0', '2', '3', '4', '5']);
    expect(next.deliveries.map(({ redelivered }) => redelivered)).toEqual([true, true, true, true, false]);
  });

  it('drops the answers for a subscription that has ended', async () => {
    const bus = await filled(2);
    const first = await collect(bus, 'work', 2);
    await first.received(2);
    await first.subscription.close();
    first.subscription.ack(1);
    first.subscription.ackThrough(2);
    first.subscription.requeue(2);
    await first.subscription.park(2, 'malformed', 'too late');
    await first.subscription.close();
    const next = await collect(bus, 'work');
    await next.received(2);
    expect(next.texts()).toEqual(['0', '1']);
  });

  it('delivers nothing more to a subscription once it is closed', async () => {
    const bus = await filled(0);
    const first = await collect(bus, 'work');
    await first.subscription.close();
    const next = await collect(bus, 'work');
    await publishAll(bus, ['0']);
    await next.received(1);
    expect(first.deliveries).toHaveLength(0);
  });

  it('ends every subscription when it is closed', async () => {
    const bus = await filled(1);
    const collectors = [await collect(bus, 'work'), await collect(bus, 'work')];
    await bus.close();
    for (const { subscription } of collectors) expect(await subscription.ended).toBe('closed');
    await bus.close();
  });

  it('lets a consumer publish from its deliveries', async () => {
    const bus = await filled(50);
    const onwards = { amqpExchange: 'market.ticks' as const, routingKey: 'tick.x' };
    await bus.declare([
      queueSpec('done', { bindings: [{ amqpExchange: 'market.ticks', pattern: 'tick.#' }] }),
    ]);
    const subscription = await bus.consume('work', { prefetch: 5 }, ({ tag, messageId }) => {
      void bus.publish(message(messageId, onwards)).then(() => subscription.ack(tag));
    });
    const done = await collect(bus, 'done');
    await done.received(50);
    expect(done.texts()).toEqual(texts(0, 50));
  });
}
