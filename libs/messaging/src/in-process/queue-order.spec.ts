import fc from 'fast-check';
import { queueSpec } from '../testing/bus-under-test';
import { InProcessQueue, type QueueTaker } from './queue';
import type { QueueEntry, StoredMessage } from './stored-message';

jest.setTimeout(30_000);

function stored(messageId: string): StoredMessage {
  return {
    body: Buffer.from(messageId),
    contentType: 'text/plain',
    headers: {},
    amqpExchange: 'market.raw',
    routingKey: 'raw',
    messageId,
    expiresAt: Infinity,
  };
}

/** Holds what it takes until told otherwise. */
class Holder implements QueueTaker {
  readonly held: QueueEntry[] = [];
  readonly log: number[] = [];
  constructor(private readonly prefetch: number) {}
  get hasCredit(): boolean {
    return this.held.length < this.prefetch;
  }
  get outstanding(): number {
    return this.held.length;
  }
  take(entry: QueueEntry): void {
    this.held.push(entry);
    this.log.push(entry.position);
  }
}

/** As expect().toBe(), which costs too much to be asked at each of many thousand steps. */
function same<T>(what: string, received: T, expected: T): void {
  if (received !== expected) throw new Error(`${what}: ${String(received)}, expected ${String(expected)}`);
}

function ascending(numbers: number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

const quiet = { dropped: () => undefined, overLimit: () => false };

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('ack' as const, 'requeue' as const),
      holder: fc.nat(3),
      which: fc.nat(9),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), holder: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('consume' as const), prefetch: fc.integer({ min: 1, max: 6 }) }),
  },
);

describe('a queue under any sequence of publishes, acks, requeues, closes and new consumers', () => {
  it.each([true, false])(
    'always hands out the oldest waiting message, and loses none (single active: %s)',
    (single) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
          const queue = new InProcessQueue(queueSpec('q', { singleActiveConsumer: single }), Infinity, quiet);
          const holders: Holder[] = [];
          // The model: positions that wait, and those that were acked.
          const waiting = new Set<number>();
          const acked = new Set<number>();
          let published = 0;

          const settle = () => {
            const held = new Set(holders.flatMap((holder) => holder.held.map(({ position }) => position)));
            for (const position of held) waiting.delete(position);
            const active = single ? holders.slice(0, 1) : holders;
            if (active.some((holder) => holder.hasCredit)) same('waiting beside credit', waiting.size, 0);
            same('ready', queue.readyCount, waiting.size);
            same('unacked', queue.unackedCount, held.size);
            same('messages', held.size + waiting.size + acked.size, published);
            if (single)
              for (const standby of holders.slice(1)) same('handed to a standby', standby.log.length, 0);
          };

          for (const one of steps) {
            const marks = holders.map((holder) => holder.log.length);
            if (one.kind === 'publish') {
              waiting.add(published);
              queue.offer(stored(String(published++)));
            } else if (one.kind === 'consume') {
              const holder = new Holder(one.prefetch);
              holders.push(holder);
              queue.attach(holder);
            } else {
              const holder = holders[one.holder];
              if (holder === undefined) continue;
              if (one.kind === 'close') {
                const held = holder.held.splice(0);
                for (const { position } of held) waiting.add(position);
                holders.splice(one.holder, 1);
                marks.splice(one.holder, 1);
                queue.detach(holder, held);
              } else if (holder.held.length > 0) {
                const [entry] = holder.held.splice(one.which % holder.held.length, 1) as [QueueEntry];
                if (one.kind === 'ack') {
                  acked.add(entry.position);
                  queue.pump();
                } else {
                  waiting.add(entry.position);
                  entry.returns += 1;
                  queue.giveBack(entry);
                }
              }
            }
            // What was handed out in this step are the oldest of those that waited, in order.
            const handed = holders.map((holder, i) => holder.log.slice(marks[i] ?? 0));
            const oldest = ascending([...waiting]).slice(0, handed.flat().length);
            same('handed out', String(ascending(handed.flat())), String(oldest));
            for (const mine of handed) same('order for one consumer', String(mine), String(ascending(mine)));
            settle();
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});

describe('a queue', () => {
  it('sets a message aside that was given back more often than the delivery limit', () => {
    const aside: string[] = [];
    const events = { ...quiet, overLimit: ({ message }: QueueEntry) => aside.push(message.messageId) > 0 };
    const queue = new InProcessQueue(queueSpec('q'), 3, events);
    const holder = new Holder(1);
    queue.attach(holder);
    queue.offer(stored('poison'));
    queue.offer(stored('good'));
    for (let returns = 1; returns <= 4; returns++) {
      const entry = holder.held.pop() as QueueEntry;
      expect(entry.message.messageId).toBe('poison');
      entry.returns = returns;
      queue.giveBack(entry);
    }
    expect(aside).toEqual(['poison']);
    expect(holder.held[0]?.message.messageId).toBe('good');
  });

  it('keeps a message over the delivery limit that could not be set aside', () => {
    const queue = new InProcessQueue(queueSpec('q'), 0, quiet);
    const holder = new Holder(1);
    queue.attach(holder);
    queue.offer(stored('poison'));
    const entry = holder.held.pop() as QueueEntry;
    entry.returns = 1;
    queue.giveBack(entry);
    expect(holder.held).toEqual([entry]);
  });

  it('counts only waiting bodies against its bound', () => {
    const queue = new InProcessQueue(queueSpec('q', { maxBytes: 2 }), Infinity, quiet);
    const holder = new Holder(2);
    queue.attach(holder);
    expect(['1', '2', '3', '4', '5'].map((id) => queue.offer(stored(id)))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    holder.held.pop();
    queue.pump();
    expect(queue.offer(stored('6'))).toBe(true);
  });

  it('hands out nothing that has expired', () => {
    const queue = new InProcessQueue(queueSpec('q'), Infinity, quiet);
    queue.offer({ ...stored('expired'), expiresAt: performance.now() - 1 });
    queue.offer(stored('good'));
    const holder = new Holder(2);
    queue.attach(holder);
    expect(holder.held.map(({ message }) => message.messageId)).toEqual(['good']);
  });

  it('makes room by what has expired before it refuses', () => {
    const queue = new InProcessQueue(queueSpec('q', { maxBytes: 1 }), Infinity, quiet);
    expect(queue.offer({ ...stored('1'), expiresAt: performance.now() - 1 })).toBe(true);
    expect(queue.offer(stored('2'))).toBe(true);
    expect(queue.offer(stored('3'))).toBe(false);
    expect(queue.readyCount).toBe(1);
  });
});
