import * as fc from 'fast-check';
import { decimalSecondsToMs, integerMs, microsecondsToMs, plausibleMs, rfc3339Ms } from './instant';

test('every instant is read back from its own text', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_135_596_800_000, max: Date.UTC(9999, 11, 31) }), (ms) => {
      expect(rfc3339Ms(new Date(ms).toISOString())).toBe(ms);
    }),
  );
});

test('finer digits are cut, never rounded', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 0, max: 999_999 }),
      fc.integer({ min: 0, max: 6 }),
      (ms, fine, count) => {
        const text = new Date(ms)
          .toISOString()
          .replace('Z', `${String(fine).padStart(6, '0').slice(0, count)}Z`);
        expect(rfc3339Ms(text)).toBe(ms);
      },
    ),
  );
});

test.each([
  ['2026-09-14T18:32:27Z', Date.UTC(2026, 8, 14, 18, 32, 27)],
  ['2026-09-14T18:32:27.9Z', Date.UTC(2026, 8, 14, 18, 32, 27, 900)],
  ['2026-09-14T18:32:27.99Z', Date.UTC(2026, 8, 14, 18, 32, 27, 990)],
  ['2026-09-14T18:32:27.999999999Z', Date.UTC(2026, 8, 14, 18, 32, 27, 999)],
  ['2026-09-14T18:32:27.5+02:00', Date.UTC(2026, 8, 14, 16, 32, 27, 500)],
  ['2026-09-14T18:32:27-05:30', Date.UTC(2026, 8, 15, 0, 2, 27)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['1970-01-01T00:00:00.000000Z', 0],
  ['0001-01-01T00:00:00.000000Z', -62_135_596_800_000],
])('%s is %d', (text, ms) => expect(rfc3339Ms(text)).toBe(ms));

test.each([
  '',
  '2026-09-14',
  '2026-09-14T18:32:27',
  '2026-09-14 18:32:27Z',
  '2026-09-14T18:32:27.Z',
  '2026-09-14T18:32:27.1234567890Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01T00:00:00Zx',
  '2026-01-01T00:00:00+25:00',
  '2026-01-01T00:00:00+0100',
  '+026-01-01T00:00:00Z',
  '2026-1-01T00:00:00.00Z',
  '2026-09-05 22:10:30.25788961 +0000 UTC m=+1',
])('%j is no instant', (text) => expect(rfc3339Ms(text)).toBeNull());

test.each([null, undefined, 5, {}, []])('the value %j is no instant', (value) =>
  expect(rfc3339Ms(value)).toBeNull(),
);

test('whole milliseconds are read from numbers and digits within the calendar', () => {
  expect(integerMs(1_789_295_134_225)).toBe(1_789_295_134_225);
  expect(integerMs('1789295134225')).toBe(1_789_295_134_225);
  for (const value of [
    -1,
    1.5,
    NaN,
    8.64e15 + 1,
    '1789295134225000000',
    '1e3',
    '',
    ' 1',
    null,
    undefined,
    [],
  ])
    expect(integerMs(value)).toBeNull();
});

test('microseconds are cut to milliseconds, as numbers and as digits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e15 }), (us) => {
      const ms = Number(BigInt(us) / 1000n);
      expect(microsecondsToMs(us)).toBe(ms);
      expect(microsecondsToMs(String(us))).toBe(ms);
    }),
  );
  for (const value of [-1, 1.5, '', 'x', null]) expect(microsecondsToMs(value)).toBeNull();
});

test('decimal seconds are cut from their text', () => {
  expect(decimalSecondsToMs('1758822506.8449999')).toBe(1_758_822_506_844);
  expect(decimalSecondsToMs(1758822506.84)).toBe(1_758_822_506_840);
  expect(decimalSecondsToMs(1758822506)).toBe(1_758_822_506_000);
  for (const value of ['', '-1.5', '1.', '1e9', null, NaN]) expect(decimalSecondsToMs(value)).toBeNull();
});

test('an instant before 2009 is not plausible', () => {
  expect(plausibleMs(Date.UTC(2009, 0, 1))).toBe(Date.UTC(2009, 0, 1));
  expect(plausibleMs(Date.UTC(2009, 0, 1) - 1)).toBeNull();
  expect(plausibleMs(null)).toBeNull();
});
