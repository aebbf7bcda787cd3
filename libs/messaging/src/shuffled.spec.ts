import { shuffled } from './shuffled';

describe('shuffling', () => {
  it('gives every order, each value once, and leaves the original alone', () => {
    const values = ['a', 'b', 'c'];
    const orders = new Set<string>();
    for (const first of [0, 0.4, 0.9]) {
      for (const second of [0, 0.9]) {
        const draws = [first, second];
        orders.add(shuffled(values, () => draws.shift() ?? 0).join(''));
      }
    }
    expect(orders.size).toBe(6);
    expect(values).toEqual(['a', 'b', 'c']);
  });
});
