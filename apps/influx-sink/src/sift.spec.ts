import { PermanentError, RetryableError } from '@neuraltrade/contracts';
import { OutOfRetentionError } from '@neuraltrade/storage';
import fc from 'fast-check';
import { sift } from './sift';

test('exactly the refused records come back, and every other one is written once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 200 }), async (good) => {
      const records = good.map((isGood, id) => ({ id, isGood }));
      const written: number[] = [];
      const refused = await sift(records, async (some) => {
        const bad = some.find(({ isGood }) => !isGood);
        if (bad) throw new PermanentError('store-refused', `record ${bad.id} is bad`);
        written.push(...some.map(({ id }) => id));
      });
      expect(written).toEqual(records.filter(({ isGood }) => isGood).map(({ id }) => id));
      expect(refused.map(({ record, error }) => [record.isGood, error.message])).toEqual(
        records.filter(({ isGood }) => !isGood).map(({ id }) => [false, `record ${id} is bad`]),
      );
    }),
  );
});

test('another failure than a refusal goes to the caller', async () => {
  const away = sift([1], async () => {
    throw new RetryableError('away');
  });
  await expect(away).rejects.toBeInstanceOf(RetryableError);
});

test('records that the store names are told apart with one more write, however many they are', async () => {
  const records = Array.from({ length: 1_000 }, (_, id) => ({ id }));
  let writes = 0;
  const refused = await sift(records, async (some) => {
    writes += 1;
    const old = some.filter(({ id }) => id % 2 === 1);
    if (old.length > 0) throw new OutOfRetentionError('too old', old);
  });
  expect(refused.map(({ record }) => record.id)).toEqual(
    records.map(({ id }) => id).filter((id) => id % 2 === 1),
  );
  expect(writes).toBe(2);
});
