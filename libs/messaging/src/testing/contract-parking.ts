import { RetryableError } from '@neuraltrade/contracts';
import { PARK_HEADERS } from '../parking';
import {
  collect,
  eachTestHasItsBus,
  message,
  publishAll,
  queueSpec,
  until,
  type MakeBus,
} from './bus-under-test';

/** Setting messages aside with a reason. */
export function describeParking(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);
  const parked = (maxBytes = 1_000_000) =>
    queueSpec('parked', { maxBytes, bindings: [{ amqpExchange: 'market.dlx', pattern: '#' }] });

  it('sets a delivery aside with everything needed to understand and repeat it, and takes it off its queue', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('work'), parked()]);
    await bus.publish(
      message('poison', { routingKey: 'raw.5.bybit', headers: { schema: 'raw', sequence: 17 } }),
    );
    await publishAll(bus, ['good']);
    const work = await collect(bus, 'work', 1);
    await work.received(1);
    await work.subscription.park(1, 'invalid-number', 'The price is not a number.');
    await work.received(2);

    const [copy] = await (await collect(bus, 'parked')).received(1);
    expect(copy).toMatchObject({
      amqpExchange: 'market.dlx',
      routingKey: 'invalid-number',
      contentType: 'application/json',
      messageId: 'poison',
      headers: {
        schema: 'raw',
        sequence: 17,
        [PARK_HEADERS.reason]: 'invalid-number',
        [PARK_HEADERS.detail]: 'The price is not a number.',
        [PARK_HEADERS.queue]: 'work',
        [PARK_HEADERS.amqpExchange]: 'market.raw',
        [PARK_HEADERS.routingKey]: 'raw.5.bybit',
      },
    });
    expect(copy?.body.toString()).toBe('poison');
    await work.subscription.close();
    const rest = await collect(bus, 'work');
    await rest.received(1);
    expect(rest.texts()).toEqual(['good']);
  });

  it('leaves a delivery unanswered when its copy was not stored', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('work')]);
    await publishAll(bus, ['poison']);
    const work = await collect(bus, 'work', 1);
    await work.received(1);
    await expect(work.subscription.park(1, 'malformed', 'no place')).rejects.toThrow(RetryableError);

    await bus.declare([parked()]);
    await work.subscription.park(1, 'malformed', 'now there is one');
    await (await collect(bus, 'parked')).received(1);
    await work.subscription.close();
    await until('the queue is empty', async () => (await bus.depth('work')).ready === 0);
  });

  it('cuts a detail that would not fit into the headers', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('work'), parked()]);
    await publishAll(bus, ['poison']);
    const work = await collect(bus, 'work');
    await work.received(1);
    await work.subscription.park(1, 'malformed', 'x'.repeat(100_000));
    const [copy] = await (await collect(bus, 'parked')).received(1);
    expect(String(copy?.headers[PARK_HEADERS.detail])).toMatch(/^x{100,1000}$/);
  });
}
