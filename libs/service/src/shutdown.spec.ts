import { atMost, createShutdown } from './shutdown';

describe('an ordered stop', () => {
  test('runs the steps last registered first, each after the one before it has finished', async () => {
    const shutdown = createShutdown();
    const seen: string[] = [];
    for (const step of ['store', 'bus', 'intake']) {
      shutdown.add(step, async () => {
        seen.push(`${step} begins`);
        await Promise.resolve();
        seen.push(`${step} ends`);
      });
    }
    expect(await shutdown.run(1_000)).toEqual({ hung: null, skipped: [], failed: [] });
    expect(seen).toEqual([
      'intake begins',
      'intake ends',
      'bus begins',
      'bus ends',
      'store begins',
      'store ends',
    ]);
  });

  test('each step gets what is left of the budget', async () => {
    let clock = 0;
    const shutdown = createShutdown(() => clock);
    const budgets: number[] = [];
    shutdown.add('second', (remainingMs) => void budgets.push(remainingMs));
    shutdown.add('first', (remainingMs) => {
      budgets.push(remainingMs);
      clock += 300;
    });
    await shutdown.run(1_000);
    expect(budgets).toEqual([1_000, 700]);
  });

  test('a step that hangs is named, with those that were not begun', async () => {
    const shutdown = createShutdown();
    const notBegun = jest.fn();
    shutdown.add('store', notBegun);
    shutdown.add('bus', notBegun);
    shutdown.add('drain', () => new Promise(() => undefined));
    shutdown.add('intake', () => undefined);
    expect(await shutdown.run(20)).toEqual({ hung: 'drain', skipped: ['bus', 'store'], failed: [] });
    expect(notBegun).not.toHaveBeenCalled();
  });

  test('a step that throws or rejects is named and the steps after it still run', async () => {
    const shutdown = createShutdown();
    const last = jest.fn();
    const thrown = new Error('thrown');
    const rejected = new Error('rejected');
    shutdown.add('last', last);
    shutdown.add('throwing', () => {
      throw thrown;
    });
    shutdown.add('rejecting', () => Promise.reject(rejected));
    expect(await shutdown.run(1_000)).toEqual({
      hung: null,
      skipped: [],
      failed: [
        { step: 'rejecting', error: rejected },
        { step: 'throwing', error: thrown },
      ],
    });
    expect(last).toHaveBeenCalledTimes(1);
  });

  test('a step that is added while the stop runs is run too', async () => {
    const shutdown = createShutdown();
    const late = jest.fn();
    shutdown.add('opener', () => shutdown.add('opened late', late));
    await shutdown.run(1_000);
    expect(late).toHaveBeenCalledTimes(1);
  });

  test('asked twice it runs once and tells both the same', async () => {
    const shutdown = createShutdown();
    const step = jest.fn();
    shutdown.add('once', step);
    expect(await shutdown.run(1_000)).toBe(await shutdown.run(5));
    expect(step).toHaveBeenCalledTimes(1);
  });
});

describe('a part that a peer may never answer', () => {
  test('is waited for until it is done', async () => {
    const done = jest.fn();
    await atMost(10_000, Promise.resolve().then(done));
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('is left alone when the time is up, whatever becomes of it then', async () => {
    let fail = (_error: Error): void => undefined;
    await atMost(5, new Promise((_, reject) => (fail = reject)));
    fail(new Error('nobody waits for this any more'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('that fails in time says so', async () => {
    await expect(atMost(10_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});
