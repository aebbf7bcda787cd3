import * as fc from 'fast-check';
import { decimalValue, inexactText } from './decimal';

/** A plain decimal with up to 30 digits, padding zeros included. */
const decimalText = fc
  .tuple(
    fc.bigInt({ min: 1n, max: 10n ** 20n }),
    fc.integer({ min: 0, max: 24 }),
    fc.integer({ min: 0, max: 6 }),
  )
  .map(([digits, scale, padding]) => {
    const text = String(digits).padStart(scale + 1, '0');
    const fraction = scale === 0 ? '' : text.slice(-scale);
    const tail = fraction + '0'.repeat(padding);
    return tail === '' ? text : `${scale === 0 ? text : text.slice(0, -scale)}.${tail}`;
  });

/** The decimal as an exact fraction of two integers. */
function exact(text: string): { over: bigint; under: bigint } {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return power >= 0
    ? { over: digits * 10n ** BigInt(power), under: 1n }
    : { over: digits, under: 10n ** BigInt(-power) };
}

const same = (a: string, b: string) => {
  const [x, y] = [exact(a), exact(b)];
  return x.over * y.under === y.over * x.under;
};

test('the value is the double nearest to the decimal', () => {
  fc.assert(
    fc.property(decimalText, (text) => {
      const value = decimalValue(text, 'plain');
      // toString is the shortest decimal of a double, so only a neighbour could be nearer than half a step away.
      const { over, under } = exact(text);
      const distance = (other: number) => {
        const { over: o, under: u } = exact(String(other));
        const difference = o * under - over * u;
        return { n: difference < 0n ? -difference : difference, d: u * under };
      };
      const here = distance(value);
      for (const neighbour of [value * (1 + 2 ** -51), value * (1 - 2 ** -51)]) {
        const there = distance(neighbour);
        expect(here.n * there.d <= there.n * here.d).toBe(true);
      }
    }),
  );
});

test('the text is kept exactly where the double prints as another decimal', () => {
  fc.assert(
    fc.property(decimalText, (text) => {
      const value = decimalValue(text, 'plain');
      const kept = inexactText(text, value);
      expect(kept === undefined).toBe(same(text, String(value)));
      if (kept !== undefined && text.length <= 64) expect(kept).toBe(text);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['79188.0', 79188, undefined],
  ['0.00100000', 0.001, undefined],
  ['1234567.12000000', 1234567.12, undefined],
  ['9007199254740993', 9007199254740992, '9007199254740993'],
  ['0.12345678901234567', 0.12345678901234566, '0.12345678901234567'],
  ['0.1000000000000000055511151231257827', 0.1, '0.1000000000000000055511151231257827'],
  ['123456789012345678', 123456789012345680, '123456789012345678'],
])('%s becomes %d with the text %s', (text, value, kept) => {
  expect(decimalValue(text, 'plain')).toBe(value);
  expect(inexactText(text, value)).toBe(kept);
});

test.each([
  '1.5abc',
  '',
  ' 1',
  '1 ',
  '1e400',
  'NaN',
  'Infinity',
  '0.-10000',
  '+1',
  '.5',
  '5.',
  '01',
  '0x10',
  '1_000',
  '1,5',
  '--1',
])('%j is no decimal of either form', (text) => {
  expect(decimalValue(text, 'plain')).toBeNaN();
  expect(decimalValue(text, 'scientific')).toBeNaN();
});

test.each([null, undefined, true, {}, [], ['1'], NaN, Infinity])('the value %j is no decimal', (value) => {
  expect(decimalValue(value, 'scientific')).toBeNaN();
});

test('an exponent is a decimal only where the venue writes one', () => {
  expect(decimalValue('5e-05', 'plain')).toBeNaN();
  expect(decimalValue('5e-05', 'scientific')).toBe(0.00005);
  expect(decimalValue(5e-5, 'plain')).toBe(0.00005);
});

test('a tiny decimal that a double cannot hold keeps its text', () => {
  const value = decimalValue('4.9e-324', 'scientific');
  expect(value).toBe(5e-324);
  expect(inexactText('4.9e-324', value)).toBe('4.9e-324');
});

test('a kept text has at most 64 characters and an exponent survives the cut', () => {
  const long = `1.${'3'.repeat(200)}`;
  expect(inexactText(long, decimalValue(long, 'plain'))).toBe(long.slice(0, 64));
  const scientific = `${long}e-5`;
  const kept = inexactText(scientific, decimalValue(scientific, 'scientific'));
  expect(kept).toHaveLength(64);
  expect(kept?.endsWith('e-5')).toBe(true);
});

test('a text of a million zeros is read in linear time', () => {
  const text = `1.${'0'.repeat(1_000_000)}1`;
  expect(inexactText(text, decimalValue(text, 'plain'))).toHaveLength(64);
});
