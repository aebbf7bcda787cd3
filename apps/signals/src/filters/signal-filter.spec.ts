import type { MlSignal } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { MINUTE, NOON, signalOf } from '../testing/records';
import type { Decision, FilterRules } from './filter-rules';
import { SignalFilter } from './signal-filter';

const OPEN: FilterRules = {
  models: [],
  types: ['buy', 'hold', 'sell'],
  riskLevels: ['low', 'medium', 'high', 'critical'],
  minConfidence: 0,
  maxAgeMs: Infinity,
  minVenues: 1,
  agreementMs: 2 * MINUTE,
  cooldownMs: 0,
};

const signal = (changes: Partial<MlSignal> = {}): MlSignal => signalOf({ timestamp: NOON, ...changes });

/** Decides one after the other, each at the event time of its own timestamp unless told otherwise. */
function decisions(rules: Partial<FilterRules>, ...signals: MlSignal[]): Decision[] {
  const filter = new SignalFilter({ ...OPEN, ...rules });
  return signals.map((one) => filter.decide(one, one.timestamp));
}

describe('the filter', () => {
  test('accepts what every rule allows', () => {
    expect(decisions({}, signal())).toEqual(['accepted']);
  });

  test('refuses a model that is not listed as shadow, and lists none when all are allowed', () => {
    expect(decisions({ models: ['trend-2'] }, signal(), signal({ modelVersion: 'trend-2' }))).toEqual([
      'shadow-model',
      'accepted',
    ]);
  });

  test('refuses by type, risk and confidence; the least confidence itself is enough', () => {
    const rules: Partial<FilterRules> = {
      types: ['buy', 'sell'],
      riskLevels: ['low', 'medium'],
      minConfidence: 0.6,
    };
    expect(
      decisions(
        rules,
        signal({ signalType: 'hold' }),
        signal({ riskLevel: 'high' }),
        signal({ confidence: 0.5999 }),
        signal({ confidence: 0.6 }),
      ),
    ).toEqual(['signal-type', 'risk-level', 'low-confidence', 'accepted']);
  });

  test('a signal as old as allowed is accepted, one a millisecond older is not', () => {
    const filter = new SignalFilter({ ...OPEN, maxAgeMs: MINUTE });
    expect(filter.decide(signal(), NOON + MINUTE)).toBe('accepted');
    expect(filter.decide(signal({ symbol: 'ETH/USDT' }), NOON + MINUTE + 1)).toBe('too-old');
  });

  test('two hours of signals that come late, as after an outage, give nothing to act on', () => {
    const filter = new SignalFilter({ ...OPEN, maxAgeMs: MINUTE });
    const late = Array.from({ length: 119 }, (_, i) => signal({ timestamp: NOON - (i + 2) * MINUTE }));
    expect(new Set(late.map((one) => filter.decide(one, NOON)))).toEqual(new Set(['too-old']));
  });

  describe('with agreement of two venues', () => {
    const rules = { minVenues: 2 };
    const kraken = (changes: Partial<MlSignal> = {}): MlSignal => signal({ exchange: 'kraken', ...changes });

    test('accepts the signal that makes them two', () => {
      expect(decisions(rules, signal(), kraken({ timestamp: NOON + MINUTE }))).toEqual([
        'few-venues',
        'accepted',
      ]);
    });

    test('counts a venue once, however often it repeats itself', () => {
      expect(decisions(rules, signal(), signal({ timestamp: NOON + MINUTE }))).toEqual([
        'few-venues',
        'few-venues',
      ]);
    });

    test.each<[string, Partial<MlSignal>]>([
      ['another direction', { signalType: 'sell' }],
      ['another symbol', { symbol: 'ETH/USDT' }],
      ['another timeframe', { timeframe: '5m' }],
      ['another model', { modelVersion: 'trend-2' }],
      ['a signal of before the window', { timestamp: NOON + 2 * MINUTE + 1 }],
    ])('does not count %s', (_, changes) => {
      expect(decisions(rules, signal(), kraken(changes))[1]).toBe('few-venues');
    });

    test('does not count what was refused for itself, nor a venue that has changed its mind since', () => {
      const sure = { ...rules, minConfidence: 0.6 };
      expect(decisions(sure, signal({ confidence: 0.5 }), kraken())[1]).toBe('few-venues');
      const changed = signal({ signalType: 'hold', timestamp: NOON + 1 });
      expect(decisions(rules, signal(), changed, kraken())[2]).toBe('few-venues');
    });

    test('a late signal does not take the place of a newer word of its venue', () => {
      const late = signal({ signalType: 'sell', timestamp: NOON - MINUTE });
      expect(decisions(rules, signal(), late, kraken())[2]).toBe('accepted');
    });
  });

  describe('with a cooldown', () => {
    const rules = { cooldownMs: 5 * MINUTE };

    test('refuses the same symbol, model and type until it is over, on any venue and timeframe', () => {
      const after = (ms: number, changes: Partial<MlSignal> = {}): MlSignal =>
        signal({ timestamp: NOON + ms, ...changes });
      expect(
        decisions(
          rules,
          signal(),
          after(MINUTE, { exchange: 'kraken', timeframe: '5m' }),
          after(5 * MINUTE - 1),
          after(5 * MINUTE),
        ),
      ).toEqual(['accepted', 'cooldown', 'cooldown', 'accepted']);
    });

    test('holds back neither another type nor another model nor another symbol', () => {
      const others = [{ signalType: 'sell' }, { modelVersion: 'trend-2' }, { symbol: 'ETH/USDT' }] as const;
      expect(decisions(rules, signal(), ...others.map((changes) => signal(changes)))).toEqual(
        Array(4).fill('accepted'),
      );
    });

    test('is begun by accepted signals only', () => {
      expect(
        decisions(
          { ...rules, minConfidence: 0.6 },
          signal({ confidence: 0.1 }),
          signal({ timestamp: NOON + 1 }),
        ),
      ).toEqual(['low-confidence', 'accepted']);
    });

    test('refuses a signal from before the accepted one', () => {
      expect(decisions(rules, signal(), signal({ timestamp: NOON - MINUTE }))[1]).toBe('cooldown');
    });
  });
});

const anySignal = fc
  .record({
    exchange: fc.constantFrom('binance', 'bybit', 'kraken'),
    symbol: fc.constantFrom('BTC/USDT', 'ETH/USDT'),
    signalType: fc.constantFrom('buy', 'hold', 'sell'),
    riskLevel: fc.constantFrom('low', 'high'),
    confidence: fc.constantFrom(0.4, 0.6, 0.8),
    modelVersion: fc.constantFrom('trend-1', 'trend-2', 'odd:name:1m'),
    timestamp: fc.integer({ min: 0, max: 30 }).map((minutes) => NOON + minutes * MINUTE),
  })
  .map((changes) => signal(changes));
const anyRules = fc.record({
  models: fc.constantFrom([], ['trend-1', 'odd:name:1m']),
  types: fc.constantFrom<FilterRules['types']>(['buy', 'sell'], ['buy', 'hold', 'sell']),
  riskLevels: fc.constantFrom<FilterRules['riskLevels']>(['low'], ['low', 'high']),
  minConfidence: fc.constantFrom(0, 0.5, 0.7),
  maxAgeMs: fc.constantFrom(MINUTE, 10 * MINUTE),
  minVenues: fc.integer({ min: 1, max: 3 }),
  agreementMs: fc.constantFrom(0, 2 * MINUTE),
  cooldownMs: fc.constantFrom(0, 5 * MINUTE),
});
/** Signals with the event time at each: it never falls. */
const anyInputs = fc
  .array(fc.tuple(anySignal, fc.integer({ min: 0, max: 2 })), { maxLength: 60 })
  .map((steps) => {
    let eventTime = NOON;
    return steps.map(([one, minutes]) => [one, (eventTime += minutes * MINUTE)] as const);
  });

describe('for any signals', () => {
  test('a replay decides the same, over restarts at any place', () => {
    fc.assert(
      fc.property(anyRules, anyInputs, fc.array(fc.nat({ max: 60 })), (rules, inputs, restarts) => {
        const undisturbed = new SignalFilter(rules);
        let restarted = new SignalFilter(rules);
        inputs.forEach(([one, eventTime], index) => {
          if (restarts.includes(index)) {
            const saved = JSON.stringify(restarted.export(eventTime));
            restarted = new SignalFilter(rules, JSON.parse(saved) as ReturnType<SignalFilter['export']>);
          }
          expect(restarted.decide(one, eventTime)).toBe(undisturbed.decide(one, eventTime));
        });
      }),
    );
  });

  test('no two accepted signals of a symbol, model and type are nearer to each other than the cooldown', () => {
    fc.assert(
      fc.property(anyRules, anyInputs, (rules, inputs) => {
        const filter = new SignalFilter(rules);
        const accepted = inputs
          .filter(([one, eventTime]) => filter.decide(one, eventTime) === 'accepted')
          .map(([one]) => one);
        for (const [index, one] of accepted.entries())
          for (const other of accepted.slice(index + 1)) {
            const same = (['symbol', 'modelVersion', 'signalType'] as const).every(
              (k) => one[k] === other[k],
            );
            if (same)
              expect(Math.abs(other.timestamp - one.timestamp)).toBeGreaterThanOrEqual(rules.cooldownMs);
          }
      }),
    );
  });

  test('each accepted signal has the venues that it needs among those given before it', () => {
    fc.assert(
      fc.property(anyRules, anyInputs, (rules, inputs) => {
        const filter = new SignalFilter(rules);
        inputs.forEach(([one, eventTime], index) => {
          if (filter.decide(one, eventTime) !== 'accepted') return;
          const agreeing = inputs
            .slice(0, index + 1)
            .map(([other]) => other)
            .filter(
              (other) =>
                (['symbol', 'timeframe', 'modelVersion', 'signalType'] as const).every(
                  (k) => one[k] === other[k],
                ) && Math.abs(other.timestamp - one.timestamp) <= rules.agreementMs,
            );
          const venues = new Set(agreeing.map(({ exchange }) => exchange));
          expect(venues.size).toBeGreaterThanOrEqual(rules.minVenues);
        });
      }),
    );
  });
});
