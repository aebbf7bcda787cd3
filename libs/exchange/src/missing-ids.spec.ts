import fc from 'fast-check';
import { MissingIds } from './missing-ids';

describe('MissingIds', () => {
  it('agrees with a set of ids, whatever the order in which they are seen', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 95, max: 165 }), { maxLength: 80 }), (seen) => {
        const missing = new MissingIds('100', 100);
        const left = new Set(Array.from({ length: 50 }, (_, index) => 101 + index));
        missing.endBefore(151n, 151);
        for (const id of seen) {
          missing.seen(String(id), id);
          left.delete(id);
        }
        const ids = [...left];
        expect(missing.count).toBe(left.size);
        expect(missing.empty).toBe(left.size === 0);
        for (let id = 95; id < 165; id += 1) expect(missing.has(String(id))).toBe(left.has(id));
        const { hull } = missing;
        const [first, last] = [ids[0], ids.at(-1)];
        if (first === undefined || last === undefined) expect(hull).toBeNull();
        // Each id's time is its own number: the trades around what is missing bound it.
        else
          expect(hull).toEqual({ first: BigInt(first), last: BigInt(last), from: first - 1, to: last + 1 });
      }),
    );
  });

  it('keeps every digit of an id', () => {
    const missing = new MissingIds('9007199254740993000', 0);
    missing.endBefore(9007199254740993003n, 1);
    missing.seen('9007199254740993001', 1);
    expect([missing.count, missing.has('9007199254740993002')]).toEqual([1, true]);
  });
});
