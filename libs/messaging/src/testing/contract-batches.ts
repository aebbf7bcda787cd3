import type { OutgoingMessage, PublishOutcome } from '../message-bus';
import { publishBatch } from '../publish-batch';
import { collect, eachTestHasItsBus, message, queueSpec, texts, until, type MakeBus } from './bus-under-test';

/** Publishing until everything is confirmed. */
export function describeBatches(makeBus: MakeBus): void {
  const test = eachTestHasItsBus(makeBus);
  const filler = (text: string): OutgoingMessage => message(text, { body: Buffer.alloc(1_000) });

  it('repeats in order what a full core queue refuses until it is stored', async () => {
    const { bus } = test();
    await bus.declare([queueSpec('tight', { maxBytes: 5_000 })]);
    const outcomes: PublishOutcome[] = [];
    const published = publishBatch(bus, texts(0, 60).map(filler), {
      onOutcome: (outcome) => outcomes.push(outcome),
      backoffMaxMs: 20,
    });
    await until('some are refused', () => outcomes.includes('nacked'));
    const received: string[] = [];
    const subscription = await bus.consume('tight', { prefetch: 1 }, ({ tag, messageId }) => {
      received.push(messageId);
      setImmediate(() => subscription.ack(tag));
    });
    expect(await published).toBe(true);
    await until('the last message', () => received.includes('59'));
    expect(received).toEqual(texts(0, 60));
    expect(outcomes.filter((outcome) => outcome === 'confirmed')).toHaveLength(60);
  });

  it('does not let one routing key wait for another', async () => {
    const { bus } = test();
    const bound = (name: string, maxBytes: number) =>
      queueSpec(name, { maxBytes, bindings: [{ amqpExchange: 'market.raw', pattern: `raw.${name}` }] });
    await bus.declare([bound('full', 1), bound('free', 1_000_000)]);
    const [full, free] = ['full', 'free'].map((name) =>
      texts(0, 20).map((text) => ({ ...filler(text), routingKey: `raw.${name}` })),
    ) as [OutgoingMessage[], OutgoingMessage[]];
    const abort = new AbortController();
    const published = publishBatch(bus, [...full, ...free], { signal: abort.signal });
    const collector = await collect(bus, 'free');
    await collector.received(20);
    expect(collector.deliveries.map(({ messageId }) => messageId)).toEqual(texts(0, 20));
    abort.abort();
    expect(await published).toBe(false);
  });

  it('publishes a returned message again until a queue is bound for it', async () => {
    const { bus } = test();
    const outcomes: PublishOutcome[] = [];
    await bus.declare([]);
    const published = publishBatch(bus, [message('early')], {
      onOutcome: (outcome) => outcomes.push(outcome),
      backoffMaxMs: 20,
    });
    await until('it was returned', () => outcomes.includes('returned'));
    await bus.declare([queueSpec('late')]);
    expect(await published).toBe(true);
    expect((await (await collect(bus, 'late')).received(1))[0]?.messageId).toBe('early');
  });
}
