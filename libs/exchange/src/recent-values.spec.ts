import fc from 'fast-check';
import { RecentValues } from './recent-values';

describe('RecentValues', () => {
  it('is 0 before any value and gives the lower middle one of the latest values', () => {
    const values = new RecentValues(3);
    expect(values.median()).toBe(0);
    for (const value of [9, 1]) values.add(value);
    expect(values.median()).toBe(1);
    for (const value of [100, 5, 4]) values.add(value);
    expect(values.median()).toBe(5);
  });

  it('agrees with sorting the latest values, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size) => {
          const values = new RecentValues(size);
          for (const value of all) values.add(value);
          const latest = all.slice(-size).sort((a, b) => a - b);
          expect(values.median()).toBe(latest[(latest.length - 1) >> 1]);
        },
      ),
    );
  });
});
