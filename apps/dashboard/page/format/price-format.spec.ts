import fc from 'fast-check';
import { formatAmount, formatBps, formatPrice, formatRate, formatSize, priceDecimals } from './price-format';

test.each([
  [67_123.4, '67,123.40'],
  [142.37, '142.37'],
  [9.5, '9.5000'],
  [0.5234, '0.5234'],
  [0.00001234, '0.00001234'],
])('the price %p is shown as %p', (price, text) => expect(formatPrice(price)).toBe(text));

test('prices of one magnitude get the same number of decimals', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -9, max: 6 }),
      fc.double({ min: 1, max: 9.99, noNaN: true }),
      (power, digit) => {
        expect(priceDecimals(digit * 10 ** power)).toBe(priceDecimals(5 * 10 ** power));
      },
    ),
  );
});

test('a missing spread is a dash', () => expect(formatBps(null)).toBe('–'));

test.each([
  [0.456, '0.46'],
  [12.34, '12.3'],
])('the spread %p bps is shown as %p', (bps, text) => expect(formatBps(bps)).toBe(text));

test.each([
  [0, '0'],
  [1_234.56, '1,234.6'],
  [0.0123456, '0.012346'],
])('the amount %p is shown as %p', (amount, text) => expect(formatAmount(amount)).toBe(text));

test.each([
  [0, '0'],
  [3.25, '3.3'],
  [83.2, '83'],
])('a rate of %p is shown as %p', (rate, text) => expect(formatRate(rate)).toBe(text));

test.each([
  [0.01349, 64_500, '0.01349'],
  [0.5, 64_500, '0.50000'],
  [73.1213, 150, '73.121'],
  [1_234.6, 0.5, '1,235'],
  [0.000002, 64_500, '0.000002'],
])('the size %p at a price of %p is shown as %p', (size, price, text) =>
  expect(formatSize(size, price)).toBe(text),
);
