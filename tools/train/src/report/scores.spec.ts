import type { ModelClass } from '@neuraltrade/strategies';
import { type Forecast, frequenciesOf, scoresOf } from './scores';

const HOUR = 3_600_000;
const TRAINED = { buy: 0.25, hold: 0.5, sell: 0.25 };
const said = (buy: number, hold: number, sell: number, label: ModelClass, knownAt = 0): Forecast => ({
  probabilities: { buy, hold, sell },
  label,
  knownAt,
});

const FORECASTS = [
  said(0.6, 0.3, 0.1, 'buy'),
  said(0.6, 0.3, 0.1, 'sell'),
  said(0.1, 0.8, 0.1, 'hold', HOUR),
  said(0.2, 0.5, 0.3, 'buy', HOUR),
];

test('log loss, Brier score and accuracy are those of their definitions', () => {
  const scores = scoresOf(FORECASTS, TRAINED);
  expect(scores.logLoss).toBeCloseTo(
    -(Math.log(0.6) + Math.log(0.1) + Math.log(0.8) + Math.log(0.2)) / 4,
    12,
  );
  const squares = [0.16 + 0.09 + 0.01, 0.36 + 0.09 + 0.81, 0.01 + 0.04 + 0.01, 0.64 + 0.25 + 0.09];
  expect(scores.brier).toBeCloseTo(squares.reduce((sum, square) => sum + square) / 4, 12);
  expect(scores.accuracy).toBe(0.5);
  expect(scores.baseRate.logLoss).toBeCloseTo(-(3 * Math.log(0.25) + Math.log(0.5)) / 4, 12);
  expect(scores.baseRate.accuracy).toBe(0.25);
  expect(scores.gain.logLoss).toBeCloseTo(scores.baseRate.logLoss - scores.logLoss, 12);
});

test('precision and recall are told by class, and as unknown where there is nothing to divide by', () => {
  const { classes } = scoresOf(FORECASTS, TRAINED);
  expect(classes.buy).toEqual({ forecasts: 2, precision: 0.5, recall: 0.5 });
  expect(classes.hold).toEqual({ forecasts: 2, precision: 0.5, recall: 1 });
  expect(classes.sell).toEqual({ forecasts: 0, precision: null, recall: 0 });
});

test('forecasts that come as often as they say are calibrated', () => {
  const honest = Array.from({ length: 100 }, (_, at) =>
    said(0.25, 0.5, 0.25, at % 4 === 0 ? 'buy' : at % 4 === 1 ? 'sell' : 'hold'),
  );
  const { calibration, calibrationError } = scoresOf(honest, TRAINED);
  expect(calibrationError).toBeCloseTo(0, 12);
  expect(calibration.filter(({ count }) => count > 0)).toEqual([
    { from: 0.2, count: 200, said: 0.25, came: 0.25 },
    { from: 0.5, count: 100, said: 0.5, came: 0.5 },
  ]);
});

test('an hour that says the same over and over is one piece of evidence', () => {
  const hour = (at: number, label: ModelClass) =>
    Array<Forecast>(50).fill(said(0.5, 0.25, 0.25, label, at * HOUR));
  const repeated = scoresOf([...hour(0, 'buy'), ...hour(1, 'sell')], TRAINED).gain;
  const once = scoresOf([said(0.5, 0.25, 0.25, 'buy'), said(0.5, 0.25, 0.25, 'sell', HOUR)], TRAINED).gain;
  expect(repeated.standardError).toBeCloseTo(once.standardError, 12);
});

test('frequencies sum to 1', () => {
  expect(frequenciesOf(FORECASTS)).toEqual({ buy: 0.5, hold: 0.25, sell: 0.25 });
});
