import { candleOf, MINUTE, NOON, signalOf } from '../testing/records';
import type { FilterRules } from '../filters/filter-rules';
import { type SavedBook, SignalBook } from './signal-book';

const RULES: FilterRules = {
  models: ['trend-1'],
  types: ['buy', 'sell'],
  riskLevels: ['low', 'medium'],
  minConfidence: 0.5,
  maxAgeMs: MINUTE,
  minVenues: 1,
  agreementMs: MINUTE,
  cooldownMs: 0,
};
const OUTCOMES = { horizonCandles: 2, holdBandBps: 10, allowanceMs: 10 * MINUTE, maxFollowed: 100 };

const book = (saved?: SavedBook): SignalBook => new SignalBook(RULES, OUTCOMES, saved);
const restarted = (one: SignalBook): SignalBook =>
  book(JSON.parse(JSON.stringify(one.export())) as SavedBook);

describe('a book of signals', () => {
  test('follows what it refuses too: a shadow model is judged, and never delivered', () => {
    const one = book();
    const taken = one.signal(signalOf({ modelVersion: 'trend-2' }));
    expect(taken).toEqual({ decision: 'shadow-model', followed: true });
    for (const timestamp of [NOON, NOON + MINUTE]) one.candle(candleOf({ timestamp }));
    one.outcomes.settle();
    expect(one.outcomes.told).toMatchObject([{ modelVersion: 'trend-2', status: 'miss' }]);
  });

  test('takes a signal once, also when it comes again behind a restart or behind its outcome', () => {
    const one = book();
    expect(one.signal(signalOf())).toEqual({ decision: 'accepted', followed: true });
    expect(one.signal(signalOf({ confidence: 0.9 }))).toBe('repeat');
    const two = restarted(one);
    expect(two.signal(signalOf())).toBe('repeat');
    for (const timestamp of [NOON, NOON + MINUTE]) two.candle(candleOf({ timestamp }));
    two.outcomes.settle();
    two.outcomes.confirmed(1);
    expect(restarted(two).signal(signalOf())).toBe('repeat');
  });

  test('takes another judgement of the same model on the same candle as another signal', () => {
    const one = book();
    one.signal(signalOf());
    expect(one.signal(signalOf({ signalType: 'sell' }))).toEqual({ decision: 'accepted', followed: true });
  });

  test('counts a signal from before those that it remembers as seen: it may have been', () => {
    const one = book();
    for (let i = 1; i <= 33; i += 1) one.signal(signalOf({ timestamp: NOON + i * MINUTE }));
    expect(one.signal(signalOf({ timestamp: NOON + MINUTE }))).toBe('repeat');
    expect(one.signal(signalOf({ timestamp: NOON }))).toBe('repeat');
    expect(one.signal(signalOf({ timestamp: NOON, timeframe: '5m' }))).not.toBe('repeat');
  });

  test('lets signals age by candles of any market, and by the clock while none comes', () => {
    const byCandles = book();
    byCandles.candle(candleOf({ symbol: 'ETH/USDT', timestamp: NOON + MINUTE }));
    expect(byCandles.signal(signalOf())).toMatchObject({ decision: 'too-old' });
    const byClock = book();
    byClock.reached(NOON + MINUTE + 1);
    expect(byClock.signal(signalOf())).toMatchObject({ decision: 'too-old', followed: true });
  });

  test('judges nothing by the clock alone', () => {
    const one = book();
    one.signal(signalOf());
    one.reached(NOON + 60 * MINUTE);
    one.outcomes.settle();
    expect([one.outcomes.told, one.outcomes.overdue(9)]).toEqual([[], []]);
  });

  test('refuses what no candle of its timeframe closes at, and what is from the future', () => {
    const one = book();
    one.reached(NOON);
    expect(one.signal(signalOf({ timestamp: NOON + 1 }))).toMatchObject({ reason: 'malformed' });
    expect(one.signal(signalOf({ timestamp: NOON + 61 * MINUTE }))).toMatchObject({
      reason: 'future-timestamp',
      detail: 'A signal of 2026-01-15T13:01:00.000Z is 3660000 ms ahead of the present.',
    });
    expect(one.candle(candleOf({ timestamp: NOON + 60 * MINUTE }))).toMatchObject({
      reason: 'future-timestamp',
    });
    expect(one.eventTime).toBe(NOON);
    // A clock that is a few minutes slow is no reason to refuse a market.
    expect(one.candle(candleOf({ timestamp: NOON + 10 * MINUTE }))).toBeNull();
  });

  test('takes no candle that is not closed', () => {
    const one = book();
    expect(one.candle(candleOf({ state: 'partial', revision: -1 }))).toMatchObject({ reason: 'malformed' });
    expect(one.eventTime).toBe(0);
  });
});
