import { PermanentError } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { GivenUp, retryDelayMs, untilDone } from './retry';

const quick = { baseMs: 1, maxMs: 2, onFailure: () => undefined };

test('every wait lies between the base and the cap, and the longest possible one doubles until it is capped', () => {
  fc.assert(
    fc.property(fc.nat(60), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, chance) => {
      const delay = retryDelayMs(failures, 200, 15_000, chance);
      expect(delay).toBeGreaterThanOrEqual(200);
      expect(delay).toBeLessThanOrEqual(15_000);
    }),
  );
  expect([0, 1, 2, 9].map((failures) => retryDelayMs(failures, 200, 15_000, 1))).toEqual([
    400, 800, 1_600, 15_000,
  ]);
});

test('it is tried until it succeeds, and each failure is told', async () => {
  const told: unknown[] = [];
  let attempts = 0;
  const result = await untilDone(
    async () => {
      attempts += 1;
      if (attempts < 4) throw new Error(`attempt ${attempts}`);
      return 'done';
    },
    { ...quick, cut: new AbortController().signal, onFailure: (error) => told.push(error) },
  );
  expect([result, attempts, told.map(String)]).toEqual([
    'done',
    4,
    ['Error: attempt 1', 'Error: attempt 2', 'Error: attempt 3'],
  ]);
});

test('a permanent error is not tried again', async () => {
  let attempts = 0;
  const failing = untilDone(
    async () => {
      attempts += 1;
      throw new PermanentError('store-refused', 'no');
    },
    { ...quick, cut: new AbortController().signal },
  );
  await expect(failing).rejects.toMatchObject({ reason: 'store-refused' });
  expect(attempts).toBe(1);
});

test('a cut ends the wait at once, and one made before leaves a single attempt', async () => {
  const cut = new AbortController();
  let attempts = 0;
  const fail = async (): Promise<never> => {
    attempts += 1;
    throw new Error('away');
  };
  const waiting = untilDone(fail, { ...quick, baseMs: 3_600_000, maxMs: 3_600_000, cut: cut.signal });
  cut.abort();
  await expect(waiting).rejects.toBeInstanceOf(GivenUp);
  await expect(untilDone(fail, { ...quick, cut: cut.signal })).rejects.toBeInstanceOf(GivenUp);
  expect(attempts).toBe(2);
  expect(await untilDone(async () => 7, { ...quick, cut: cut.signal })).toBe(7);
});
