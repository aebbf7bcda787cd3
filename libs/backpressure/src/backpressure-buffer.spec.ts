import fc from 'fast-check';
import { BackpressureBuffer } from './backpressure-buffer';

const small = { batchSize: 3, maxBufferSize: 10, flushIntervalMs: 100 };

describe('BackpressureBuffer', () => {
  it('hands out a complete batch at once and an incomplete one when its oldest item has waited', () => {
    const buffer = new BackpressureBuffer<string>(small);
    for (const item of ['a', 'b', 'c', 'd']) buffer.push(item, 1_000);
    expect(buffer.take(1_000)).toEqual(['a', 'b', 'c']);
    expect(buffer.take(1_099)).toEqual([]);
    expect(buffer.dueAt()).toBe(1_100);
    expect(buffer.take(1_100)).toEqual(['d']);
    expect(buffer.dueAt()).toBeNull();
    expect(buffer.take(9_999)).toEqual([]);
  });

  it('waits from the arrival of the item that is the oldest now', () => {
    const buffer = new BackpressureBuffer<number>({ ...small, batchSize: 1 });
    buffer.push(1, 0);
    buffer.push(2, 90);
    buffer.drain();
    expect(buffer.dueAt()).toBe(190);
  });

  it('refuses at its maximum and goes on refusing until the low mark is reached', () => {
    const buffer = new BackpressureBuffer<number>(small);
    for (let item = 0; item < 10; item += 1) expect(buffer.push(item, 0)).toBe(true);
    expect(buffer.push(10, 0)).toBe(false);
    buffer.drain();
    expect(buffer.depth).toBe(7);
    expect(buffer.push(11, 0)).toBe(false);
    buffer.drain();
    expect(buffer.push(12, 0)).toBe(true);
    expect(buffer.depth).toBe(5);
  });

  it('takes the records that describe a loss even when it is full', () => {
    const buffer = new BackpressureBuffer<number>({ ...small, maxBufferSize: 1 });
    buffer.push(1, 0);
    expect(buffer.push(2, 0)).toBe(false);
    buffer.pushAlways(3, 0);
    expect(buffer.drain()).toEqual([1, 3]);
  });

  it('tells its listeners when to pause and when to go on', () => {
    const buffer = new BackpressureBuffer<number>({ ...small, highMark: 4, lowMark: 1 });
    const told: boolean[] = [];
    buffer.onBackpressure((paused) => told.push(paused));
    for (let item = 0; item < 6; item += 1) buffer.push(item, 0);
    expect(told).toEqual([true]);
    buffer.drain();
    expect(buffer.paused).toBe(true);
    buffer.drain();
    expect(told).toEqual([true, false]);
  });

  it('holds lanes apart and counts them together', () => {
    const buffer = new BackpressureBuffer<string>({ ...small, lanes: 2 });
    buffer.push('a', 0, 0);
    buffer.push('b', 50, 1);
    expect([buffer.depth, buffer.dueAt(0), buffer.dueAt(1)]).toEqual([2, 100, 150]);
    expect(buffer.take(100, 1)).toEqual([]);
    expect(buffer.drain(1)).toEqual(['b']);
    expect(buffer.drain(0)).toEqual(['a']);
    expect(() => buffer.push('c', 0, 2)).toThrow('The buffer has no lane 2.');
  });

  it('gives back exactly what it accepted, in order per lane, and never exceeds its bounds', () => {
    const step = fc.oneof(
      fc.record({ op: fc.constant('push' as const), lane: fc.nat({ max: 2 }) }),
      fc.record({ op: fc.constantFrom('take' as const, 'drain' as const), lane: fc.nat({ max: 2 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (steps, maximum) => {
        const buffer = new BackpressureBuffer<number>({
          batchSize: 4,
          maxBufferSize: maximum,
          flushIntervalMs: 5,
          lanes: 3,
        });
        const accepted: number[][] = [[], [], []];
        const given: number[][] = [[], [], []];
        steps.forEach(({ op, lane }, now) => {
          if (op === 'push') {
            if (buffer.push(now, now, lane)) accepted[lane]?.push(now);
          } else {
            const batch = op === 'take' ? buffer.take(now, lane) : buffer.drain(lane);
            expect(batch.length).toBeLessThanOrEqual(4);
            given[lane]?.push(...batch);
          }
          expect(buffer.depth).toBeLessThanOrEqual(maximum);
        });
        for (const lane of [0, 1, 2]) {
          for (let batch = buffer.drain(lane); batch.length > 0; batch = buffer.drain(lane)) {
            given[lane]?.push(...batch);
          }
        }
        expect(given).toEqual(accepted);
        expect(buffer.depth).toBe(0);
      }),
    );
  });
});
