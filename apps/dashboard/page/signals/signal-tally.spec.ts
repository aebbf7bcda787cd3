import { outcomeOf, signalOf } from '../../src/testing/market-samples';
import { signalTally } from './signal-tally';

const signal = signalOf({});

test('hits and mean return are those of the signals to act that are judged', () => {
  expect(
    signalTally([
      { signal, outcome: outcomeOf({ status: 'hit', returnBps: 20 }) },
      { signal, outcome: outcomeOf({ status: 'miss', returnBps: -10 }) },
      { signal, outcome: outcomeOf({ status: 'unjudged', returnBps: null }) },
      { signal, outcome: null },
      { signal: signalOf({ signalType: 'hold' }), outcome: outcomeOf({ status: 'hit', returnBps: 900 }) },
    ]),
  ).toBe('5 listed, 50% of 2 judged to act hit, mean +5.00 bps');
});

test('before any is judged they are only counted', () => {
  expect(signalTally([{ signal, outcome: null }])).toBe('1 listed');
  expect(signalTally([])).toBe('');
});
