import fc from 'fast-check';
import { paddedDecimal, trimmedDecimal, widenedDecimal } from './decimal-text';

test('decimals are printed as the venues print them', () => {
  expect(paddedDecimal(100000, 8)).toBe('0.00100000');
  expect(paddedDecimal(791880, 1)).toBe('79188.0');
  expect(paddedDecimal(-4293, 1)).toBe('-429.3');
  expect(paddedDecimal(42, 0)).toBe('42');
  expect(trimmedDecimal(7000, 2)).toBe('70');
  expect(trimmedDecimal(700, 0)).toBe('700');
  expect(trimmedDecimal(79100, 5)).toBe('0.791');
  expect(widenedDecimal(7674519, 2, 8)).toBe('76745.19000000');
  expect(widenedDecimal(12, 0, 8)).toBe('12.00000000');
});

test('every form says the same number, digit for digit', () => {
  const counts = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 8 }), (units, decimals) => {
      for (const text of [
        paddedDecimal(units, decimals),
        trimmedDecimal(units, decimals),
        widenedDecimal(units, decimals, 8),
      ]) {
        const [whole = '', fraction = ''] = text.split('.');
        expect(BigInt(whole + fraction.padEnd(8, '0'))).toBe(BigInt(units) * 10n ** BigInt(8 - decimals));
      }
    }),
  );
});
