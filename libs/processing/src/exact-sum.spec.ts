import fc from 'fast-check';
import { addExactly, type ExactSum, nearestToSum, productError } from './exact-sum';
import { nearestQuotient } from './exact-quotient';
import { exact, nearest, plus, times } from './reference-candle';

const size = fc.oneof(
  fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
  fc.integer({ min: 1, max: 10 ** 9 }).map((units) => units / 10 ** 8),
  fc.constantFrom(0.1, 0.2, 0.3, 1e-8, 1e16, 2 ** 53, 2 ** -60, 1 + 2 ** -52),
);
const sizes = fc.array(size, { minLength: 1, maxLength: 60 });

function sumOf(values: readonly number[]): ExactSum {
  const sum: ExactSum = [];
  for (const value of values) addExactly(sum, value);
  return sum;
}

function notionalOf(trades: readonly (readonly [number, number])[]): ExactSum {
  const sum: ExactSum = [];
  for (const [price, volume] of trades) {
    addExactly(sum, price * volume);
    addExactly(sum, productError(price, volume, price * volume));
  }
  return sum;
}

describe('exact sums', () => {
  it('an empty sum is zero', () => {
    expect(nearestToSum([])).toBe(0);
  });

  it('0.1 added ten times is 1, where adding doubles gives 0.9999999999999999', () => {
    expect(nearestToSum(sumOf(Array<number>(10).fill(0.1)))).toBe(1);
  });

  it('the components add up to the exact sum', () => {
    fc.assert(
      fc.property(sizes, (values) => {
        const components = sumOf(values).map(exact).reduce(plus);
        const whole = values.map(exact).reduce(plus);
        expect(components.over * whole.under).toBe(whole.over * components.under);
      }),
    );
  });

  it('rounds to the nearest double, ties to even', () => {
    fc.assert(
      fc.property(sizes, (values) => {
        expect(nearestToSum(sumOf(values))).toBe(nearest(values.map(exact).reduce(plus)));
      }),
    );
  });

  it.each([
    ['a tie goes to the even double', [1, 2 ** -53], 1],
    ['a tie that a far smaller size tips goes up', [1, 2 ** -53, 2 ** -150], 1 + 2 ** -52],
    ['a tie that is tipped down stays', [1 + 2 ** -52, 2 ** -53, -(2 ** -150)], 1 + 2 ** -52],
  ])('%s', (_, values, expected) => {
    expect(nearestToSum(sumOf(values))).toBe(expected);
  });

  it('any order of additions gives the same bits', () => {
    const orders = sizes.chain((values) =>
      fc.tuple(
        fc.constant(values),
        fc.shuffledSubarray(values, { minLength: values.length, maxLength: values.length }),
      ),
    );
    fc.assert(
      fc.property(orders, ([values, shuffled]) => {
        expect(nearestToSum(sumOf(shuffled))).toBe(nearestToSum(sumOf(values)));
      }),
    );
  });

  it('stays small: trades of one market never hold more than eight components', () => {
    let seed = 1;
    const sum: ExactSum = [];
    let most = 0;
    for (let count = 0; count < 100_000; count++) {
      seed = Math.imul(seed, 1_103_515_245) + 12_345;
      addExactly(sum, (seed >>> 0) / 2 ** 16 + 1e-8);
      most = Math.max(most, sum.length);
    }
    expect(most).toBeLessThanOrEqual(8);
  });

  it('never holds more than 40 components, whatever the magnitudes', () => {
    const any = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), {
      maxLength: 200,
    });
    fc.assert(fc.property(any, (values) => expect(sumOf(values).length).toBeLessThanOrEqual(40)));
  });

  it('a product and its error are the exact product', () => {
    const factor = fc.oneof(size, fc.double({ min: 1e-130, max: 1e130, noNaN: true }));
    fc.assert(
      fc.property(factor, factor, (price, volume) => {
        const product = price * volume;
        const both = plus(exact(product), exact(productError(price, volume, product)));
        const whole = times(exact(price), exact(volume));
        expect(both.over * whole.under).toBe(whole.over * both.under);
      }),
    );
  });
});

describe('exact quotients', () => {
  const trades = fc.array(fc.tuple(size, size), { minLength: 1, maxLength: 30 });

  it('are the double nearest to the exact mean', () => {
    fc.assert(
      fc.property(trades, (list) => {
        const notional = list.map(([price, volume]) => times(exact(price), exact(volume))).reduce(plus);
        const volume = list.map(([, each]) => exact(each)).reduce(plus);
        const mean = { over: notional.over * volume.under, under: notional.under * volume.over };
        expect(nearestQuotient(notionalOf(list), sumOf(list.map(([, each]) => each)))).toBe(nearest(mean));
      }),
    );
  });

  it('a remainder far below the last bit tips a tie', () => {
    const volume = [2 ** -150, 1];
    const halfWay = [2 ** -203, 2 ** -150, 2 ** -53, 1];
    expect(nearestQuotient(halfWay, volume)).toBe(1);
    expect(nearestQuotient([2 ** -250, ...halfWay], volume)).toBe(1 + 2 ** -52);
  });

  it('the mean price of one trade is its price, and of several lies between the lowest and the highest', () => {
    fc.assert(
      fc.property(trades, (list) => {
        const mean = nearestQuotient(notionalOf(list), sumOf(list.map(([, volume]) => volume)));
        const prices = list.map(([price]) => price);
        expect(mean).toBeGreaterThanOrEqual(Math.min(...prices));
        expect(mean).toBeLessThanOrEqual(Math.max(...prices));
      }),
    );
  });
});
