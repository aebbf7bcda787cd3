import { outcomeOf, signalOf } from '../../src/testing/market-samples';
import type { JudgedSignal } from '../signals/signal-book';
import type { Palette } from './palette';
import { signalMarks } from './signal-marks';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PALETTE = { up: 'green', down: 'red', hold: 'grey' } as Palette;
const at = (minute: number, signalType: 'buy' | 'hold' | 'sell'): JudgedSignal => ({
  signal: signalOf({ timestamp: minute * MINUTE, timeframe: '1m', signalType }),
  outcome: null,
});
const shown = (signals: readonly JudgedSignal[], lengthMs: number) =>
  signalMarks(signals, lengthMs, PALETTE).map(({ time, shape, text }) => [time / 60, shape, text]);

test('a signal stands at the candle that closes with it', () => {
  expect(shown([at(61, 'sell'), at(60, 'buy'), at(62, 'hold')], MINUTE)).toEqual([
    [59, 'arrowUp', ''],
    [60, 'arrowDown', ''],
    [61, 'circle', ''],
  ]);
});

test('its outcome is told by a sign', () => {
  const hit = { ...at(60, 'buy'), outcome: outcomeOf({ status: 'hit' }) };
  const miss = { ...at(61, 'sell'), outcome: outcomeOf({ status: 'miss' }) };
  expect(shown([hit, miss], MINUTE).map(([, , text]) => text)).toEqual(['✓', '✗']);
});

test('on a chart of longer candles those of one kind share a mark, and holds have none', () => {
  const hit = { ...at(59, 'buy'), outcome: outcomeOf({ status: 'hit' }) };
  expect(shown([at(60, 'buy'), hit, at(58, 'hold'), at(57, 'sell'), at(61, 'buy')], HOUR)).toEqual([
    [0, 'arrowUp', '2×'],
    [0, 'arrowDown', ''],
    [60, 'arrowUp', ''],
  ]);
});
