import { PermanentError, RetryableError } from '@neuraltrade/contracts';
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
