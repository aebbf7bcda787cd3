import { QueueDepths } from './queue-depths';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('the depths of all queues are summed anew every five seconds, until it is stopped', async () => {
  const ready: Record<string, number> = { a: 2, b: 3 };
  const asked: string[] = [];
  const depth = (queue: string): Promise<{ ready: number; unacked: number }> => {
    asked.push(queue);
    const found = ready[queue];
    if (found === undefined) return Promise.reject(new Error('The broker is away.'));
    return Promise.resolve({ ready: found, unacked: 9 });
  };
  const queues = ['a', 'b'];
  const depths = new QueueDepths({ depth }, () => queues);
  expect(depths.waiting).toBeNull();
  await jest.advanceTimersByTimeAsync(0);
  expect(depths.waiting).toBe(5);
  queues.push('away');
  await jest.advanceTimersByTimeAsync(5_000);
  expect(depths.waiting).toBeNull();
  queues.pop();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(depths.waiting).toBe(5);
  depths.stop();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(7);
});
