import fc from 'fast-check';
import { DEFAULT_TIMEFRAMES, openTime, timeframeMs } from './timeframe';

const DAY_MS = 86_400_000;

describe('timeframes', () => {
  it.each([
    ['1s', 1_000],
    ['1m', 60_000],
    ['5m', 300_000],
    ['15m', 900_000],
    ['90m', 5_400_000],
    ['1h', 3_600_000],
    ['24h', DAY_MS],
    ['1d', DAY_MS],
    ['86400s', DAY_MS],
  ])('%s lasts %d ms', (text, length) => {
    expect(timeframeMs(text)).toBe(length);
  });

  it.each([
    '',
    'm',
    '1',
    '0m',
    '01m',
    '-1m',
    '1.5m',
    '7m',
    '5h',
    '2d',
    '25h',
    '1w',
    '1M',
    '1m ',
    ' 1m',
    '1m\n',
    '100000s',
  ])('%j is no timeframe', (text) => {
    expect(timeframeMs(text)).toBeNull();
  });

  it('the usual four are timeframes, shortest first', () => {
    expect(DEFAULT_TIMEFRAMES.map(timeframeMs)).toEqual([60_000, 300_000, 900_000, 3_600_000]);
  });

  it('every instant lies in exactly one interval [open, open + length), and days begin with one', () => {
    const length = fc
      .constantFrom('1s', '45s', '1m', '5m', '15m', '90m', '1h', '8h', '1d')
      .map((text) => timeframeMs(text) as number);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * 10 ** 12 }), length, (instant, lengthMs) => {
        const open = openTime(instant, lengthMs);
        expect(open % lengthMs).toBe(0);
        expect(instant - open).toBeGreaterThanOrEqual(0);
        expect(instant - open).toBeLessThan(lengthMs);
        expect(openTime(instant - (instant % DAY_MS), lengthMs)).toBe(instant - (instant % DAY_MS));
      }),
    );
  });
});
