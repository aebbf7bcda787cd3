import * as fc from 'fast-check';
import { readJson } from './read-json';

const numberText = fc.oneof(
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
  fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.stringMatching(/^\d{1,25}$/))
    .map(([a, b]) => `${a}.${b}`),
  fc.tuple(fc.integer(), fc.integer({ min: -330, max: 330 })).map(([a, b]) => `${a}e${b}`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

test('a number is itself where a double holds it and its own text where it might not', () => {
  fc.assert(
    fc.property(numberText, fc.string(), (text, other) => {
      const body = `{"a": [${text} , {"b":${text}}],${JSON.stringify(`x${other}`)}:${text},"c":${JSON.stringify(`:${text},`)}}`;
      const value = readJson(body) as { a: [unknown, { b: unknown }]; c: string };
      for (const found of [value.a[0], value.a[1].b]) {
        if (typeof found === 'string') expect(found).toBe(text);
        else {
          expect(found).toBe(Number(text));
          const digits = text.replace(/e.*/i, '').replace(/\D/g, '');
          expect(digits.replace(/^0+/, '').length).toBeLessThanOrEqual(15);
        }
      }
      expect(value.c).toBe(`:${text},`);
    }),
    { numRuns: 2_000 },
  );
});

test('JSON without long numbers is read as the built-in parser reads it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      // Tokens of 16 characters or more, and tiny ones, are what is kept as text.
      if (!/[\d.eE+-]{15}|e-\d{3}/i.test(text)) expect(readJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  '',
  '{',
  '{"a":1234567890123456789x}',
  '{"a":01234567890123456789}',
  '{"a":1.2.3456789012345678}',
  '{"a":--1234567890123456}',
  '{"a":1234567890123456789',
  '{"a":"1234567890123456789}',
  '{1234567890123456789:1}',
])('malformed text %j stays malformed', (text) => expect(readJson(text)).toBeUndefined());

test('a number inside a string, escapes before it or not, is left alone', () => {
  const texts = [':1234567890123456789', '\\":1234567890123456789', '"[1234567890123456789,"', 'a\\\\'];
  const body = JSON.stringify({ texts, n: 0 }).replace('"n":0', '"n":1234567890123456789');
  expect(readJson(body)).toEqual({ texts, n: '1234567890123456789' });
});

test('numbers of 15 characters stay numbers, so the common frame is not read twice', () => {
  expect(readJson('{"a":123456789012345,"b":1234567890123456}')).toEqual({
    a: 123456789012345,
    b: '1234567890123456',
  });
});
