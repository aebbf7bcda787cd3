import fc from 'fast-check';
import { Holding } from './holding';
import type { Received } from './received';
import { ticksFrom } from './testing/records';

function message(tag: number, records: number): Received<'ticks'> {
  const delivery = {
    tag,
    body: Buffer.alloc(0),
    contentType: '',
    headers: {},
    amqpExchange: '',
    routingKey: '',
    messageId: '',
    redelivered: false,
  };
  return { delivery, records: ticksFrom(1, records), faults: [], unusable: null };
}

test('a batch is full by its records or by its messages', () => {
  const holding = new Holding<'ticks'>({ records: 10, messages: 3 });
  expect([holding.empty, holding.full]).toEqual([true, false]);
  holding.add(message(1, 9));
  expect([holding.empty, holding.full]).toEqual([false, false]);
  holding.add(message(2, 1));
  expect(holding.full).toBe(true);
  expect(holding.take()).toHaveLength(2);
  for (const tag of [3, 4, 5]) holding.add(message(tag, 0));
  expect([holding.records, holding.full]).toEqual([0, true]);
});

test('messages are taken whole, in order, up to the batch size; a larger one is taken alone', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1 }), (sizes) => {
      const holding = new Holding<'ticks'>({ records: 10, messages: 100 });
      sizes.forEach((size, index) => holding.add(message(index + 1, size)));
      const taken: number[] = [];
      while (!holding.empty) {
        const batch = holding.take();
        const records = batch.reduce((sum, one) => sum + one.records.length, 0);
        expect(batch.length).toBeGreaterThan(0);
        if (batch.length > 1) expect(records).toBeLessThanOrEqual(10);
        taken.push(...batch.map(({ delivery }) => delivery.tag));
      }
      expect(taken).toEqual(sizes.map((_, index) => index + 1));
      expect(holding.records).toBe(0);
    }),
  );
});
