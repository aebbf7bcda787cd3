import {
  collect,
  eachTestHasItsBus,
  publishAll,
  queueSpec,
  texts,
  until,
  type MakeBus,
} from './bus-under-test';

/** The single active consumer of a queue, and how the next one takes over. */
export function describeHandOver(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);

  async function declared(): Promise<ReturnType<typeof test>['bus']> {
    const { bus } = test();
    await bus.declare([queueSpec('partition', { singleActiveConsumer: true })]);
    return bus;
  }

  it('delivers to the first consumer only, however many wait', async () => {
    const bus = await declared();
    const active = await collect(bus, 'partition', 2);
    const standby = await collect(bus, 'partition', 100);
    await publishAll(bus, texts(0, 10));
    await active.received(2);
    active.subscription.ackThrough(2);
    await active.received(4);
    await until('the rest waits', async () => (await bus.depth('partition')).ready === 6);
    expect(standby.deliveries).toHaveLength(0);
  });

  it('gives the next consumer what the first held, in order and redelivered first, and only after its close', async () => {
    const bus = await declared();
    const active = await collect(bus, 'partition', 5);
    const standby = await collect(bus, 'partition', 100);
    await publishAll(bus, texts(0, 20));
    await active.received(5);
    active.subscription.ack(1);
    active.subscription.ack(3);
    await active.received(7);
    expect(standby.deliveries).toHaveLength(0);
    await active.subscription.close();
    // Late answers of the former owner take nothing off the queue.
    active.subscription.ackThrough(7);
    await standby.received(18);
    expect(standby.texts()).toEqual(['1', ...texts(3, 17)]);
    expect(standby.deliveries.filter(({ redelivered }) => redelivered)).toHaveLength(5);
    expect(active.deliveries).toHaveLength(7);
  });

  it('keeps the order over many hand-overs with work done in between', async () => {
    const bus = await declared();
    await publishAll(bus, texts(0, 60));
    const finished: string[] = [];
    let owner = await collect(bus, 'partition', 8);
    for (let round = 0; round < 6; round++) {
      const standby = await collect(bus, 'partition', 8);
      await owner.received(8);
      finished.push(...owner.texts().slice(0, 5));
      owner.subscription.ackThrough(5);
      await owner.subscription.close();
      owner = standby;
    }
    expect(finished).toEqual(texts(0, 30));
  });

  it('goes on with the active consumer when a waiting one leaves', async () => {
    const bus = await declared();
    const active = await collect(bus, 'partition', 1);
    const standby = await collect(bus, 'partition', 1);
    await standby.subscription.close();
    await publishAll(bus, ['0', '1']);
    await active.received(1);
    active.subscription.ack(1);
    await active.received(2);
    expect(active.texts()).toEqual(['0', '1']);
  });
}
