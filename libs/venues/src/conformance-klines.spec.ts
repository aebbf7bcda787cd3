import { DEFAULT_TIMEFRAMES, PermanentError, RetryableError, timeframeMs } from '@neuraltrade/contracts';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kline, KlineRange } from './kline';
import { venues } from './registry';
import type { RestRequest } from './venue';

const FROM = 1_789_387_200_000;
const MINUTE_MS = 60_000;
/** In the middle of the fixtures' fifth minute. */
const RECEIVED_AT = FROM + 4.5 * MINUTE_MS;

const range: KlineRange = { symbol: 'BTC/USDT', timeframe: '1m', from: FROM, to: FROM + 5 * MINUTE_MS };

/** What every fixture says, in the venue's own form: five minutes, the third without trades, the last one open. */
const SAID = [
  { open: 64_250.1, high: 64_260, low: 64_240.5, close: 64_255, volume: 1.25, trades: 12, vwap: 64_250 },
  { open: 64_255, high: 64_255, low: 64_255, close: 64_255, volume: 1e-8, trades: 1, vwap: 64_255 },
  { open: 64_255, high: 64_255, low: 64_255, close: 64_255, volume: 0, trades: 0, vwap: null },
  { open: 64_255.1, high: 64_300, low: 64_200, close: 64_210, volume: 3.5, trades: 40, vwap: 64_251 },
  { open: 64_210, high: 64_211, low: 64_210, close: 64_211, volume: 0.5, trades: 2, vwap: 64_210.5 },
];
const EMPTY_MINUTE = FROM + 2 * MINUTE_MS;

describe.each(venues.map((venue) => [venue.name, venue] as const))('%s', (name, { klines, limits }) => {
  const first = (wanted: KlineRange): RestRequest => {
    const request = klines.firstRequest(wanted);
    if (request === null) throw new Error(`${name} offers no ${wanted.timeframe}`);
    return request;
  };
  const body = readFileSync(join(__dirname, name, 'fixtures/klines.json'), 'utf8');
  const decode = (text: string, wanted = range) => klines.decode(wanted, first(wanted), text, RECEIVED_AT);

  test('its candles say the same as every venue’s, ascending, and only the last one is open', () => {
    const { klines: found, next, refused } = decode(body);
    expect([next, refused]).toEqual([null, 0]);
    const times = found.map(({ timestamp }) => timestamp);
    const all = SAID.map((_, minute) => FROM + minute * MINUTE_MS);
    const leavesOutEmpty = !times.includes(EMPTY_MINUTE);
    expect(times).toEqual(leavesOutEmpty ? all.filter((time) => time !== EMPTY_MINUTE) : all);
    for (const kline of found) {
      const said = SAID[(kline.timestamp - FROM) / MINUTE_MS];
      const { open, high, low, close, volume } = kline;
      expect({ open, high, low, close, volume }).toEqual({
        open: said?.open,
        high: said?.high,
        low: said?.low,
        close: said?.close,
        volume: said?.volume,
      });
      expect([null, said?.trades]).toContain(kline.trades);
      if (kline.vwap !== null)
        expect(Math.abs(kline.vwap - (said?.vwap ?? 0))).toBeLessThanOrEqual(kline.vwapError);
      expect(kline.closed).toBe(kline.timestamp < FROM + 4 * MINUTE_MS);
    }
    expect(new Set(found.map(({ trades }) => trades === null)).size).toBe(1);
  });

  test('candles outside the range are left out', () => {
    const part = { ...range, from: FROM + MINUTE_MS, to: FROM + 2 * MINUTE_MS };
    expect(decode(body, part).klines.map(({ timestamp }) => timestamp)).toEqual([FROM + MINUTE_MS]);
  });

  test('it offers the timeframes that are built by default, each of a length that divides a day', () => {
    expect(klines.timeframes).toEqual(expect.arrayContaining([...DEFAULT_TIMEFRAMES]));
    for (const timeframe of klines.timeframes) {
      const lengthMs = timeframeMs(timeframe) ?? NaN;
      const from = FROM - (FROM % lengthMs);
      expect(klines.firstRequest({ ...range, timeframe, from, to: from + lengthMs })).not.toBeNull();
    }
    expect(klines.firstRequest({ ...range, timeframe: '2m' })).toBeNull();
  });

  test('a request is an encoded path whose weight the limit can bear', () => {
    for (const symbol of ['BTC/USDT', '../x?y/USD']) {
      const { path, weight } = first({ ...range, symbol });
      expect(path).toMatch(/^(\/[\w.%-]+)+\?\w+=[\w.%-]*(&\w+=[\w.%-]*)*$/);
      expect(path).not.toContain('/../');
      expect(weight).toBeGreaterThan(0);
      expect(weight).toBeLessThanOrEqual(limits.rest.count);
    }
  });

  test('a row with a price of zero, a broken decimal, a high below the low or a time off the grid is refused alone', () => {
    const damages: readonly [string, string][] = [
      ['64300', '0'],
      ['64300', '64300x'],
      ['64200', '64299.5'],
      ['1789387380', '1789387381'],
    ];
    for (const [from, to] of damages) {
      // A venue that writes numbers as such would give no JSON at all.
      const written = to === '64300x' && !body.includes(`"${from}`) ? `"${to}"` : to;
      const { klines: found, refused } = decode(body.replace(from, written));
      expect([to, refused]).toEqual([to, 1]);
      expect(found.map(({ timestamp }) => timestamp)).not.toContain(FROM + 3 * MINUTE_MS);
      expect(found.length).toBeGreaterThanOrEqual(3);
    }
  });

  test('whatever else the answer is, it is refused with a sentence and never gives a number that is none', () => {
    const parts = fc.constantFrom('', '{}', '[]', '[[]]', '{"error":[],"result":{"x":[[1]],"last":1}}');
    const rows = fc.array(
      fc.array(fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.integer()), { maxLength: 9 }),
    );
    const wrapped = rows.map((list) => JSON.stringify([list, { retCode: 0, result: { list } }]));
    fc.assert(
      fc.property(fc.oneof(parts, wrapped, fc.json(), fc.string()), (text) => {
        try {
          for (const kline of decode(text).klines) expect(faultOf(kline)).toBeNull();
        } catch (error) {
          if (!(error instanceof PermanentError || error instanceof RetryableError)) throw error;
          expect(error.message).toMatch(/^[A-Z].*\.$/s);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('its README tells what is known of its candles', () => {
    const path = first(range).path.split('?')[0]?.replace('BTC-USDT', '{id}') ?? '';
    expect(readFileSync(join(__dirname, name, 'README.md'), 'utf8')).toContain(`\`GET ${path}\``);
  });
});

function faultOf({ open, high, low, close, volume }: Kline): string | null {
  if (![open, high, low, close, volume].every(Number.isFinite)) return 'a number is none';
  return low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close) ? null : 'prices disagree';
}
