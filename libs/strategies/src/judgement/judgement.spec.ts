import { mlSignalSchema } from '@neuraltrade/contracts';
import fc from 'fast-check';
import { type FeatureRow, SymbolFeatures } from '../features';
import { MINUTE, walkOf } from '../testing/candles';
import { MODEL_CLASSES, mostProbable, modelSignal, readProbabilities, riskLevel, riskScore } from './index';

const QUANTILES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((tenth) => tenth / 1_000);

function rowOf(): FeatureRow {
  const features = new SymbolFeatures('1m');
  const row =
    walkOf(31)
      .map((candle) => features.add(candle).row)
      .at(-1) ?? null;
  if (row === null) throw new Error('The last candle gave no row.');
  return row;
}

describe('what a model says', () => {
  test('is read by its classes and made to sum to 1', () => {
    expect(readProbabilities([0.2, 0.3, 0.5001], ['sell', 'buy', 'hold'])).toEqual({
      sell: 0.2 / 1.0001,
      buy: 0.3 / 1.0001,
      hold: 0.5001 / 1.0001,
    });
  });

  test.each([
    [[Number.NaN, 0.5, 0.5]],
    [[Infinity, 0, 0]],
    [[1.2, -0.1, -0.1]],
    [[0.5, 0.5, 0.5]],
    [[0, 0, 0]],
    [[0.5, 0.5]],
    [[0.25, 0.25, 0.25, 0.25]],
    [[]],
  ])('is nothing when it is %p', (columns) => {
    expect(readProbabilities(columns, MODEL_CLASSES)).toBeNull();
  });

  test('of equally probable classes the one that does less counts', () => {
    expect(mostProbable({ buy: 0.4, hold: 0.4, sell: 0.2 })).toBe('hold');
    expect(mostProbable({ buy: 0.4, hold: 0.2, sell: 0.4 })).toBe('buy');
    expect(mostProbable({ buy: 0.2, hold: 0.2, sell: 0.6 })).toBe('sell');
  });
});

describe('risk', () => {
  test('is half the probability of being wrong and half the rank of the volatility', () => {
    expect(riskScore(1, 0, QUANTILES)).toBe(0);
    expect(riskScore(0.6, 0.0055, QUANTILES)).toBeCloseTo(0.2 + 0.275, 12);
    expect(riskScore(0.6, 99, QUANTILES)).toBeCloseTo(0.2 + 0.5, 12);
    expect(riskScore(0.6, -1, QUANTILES)).toBeCloseTo(0.2, 12);
  });

  test('has four levels', () => {
    expect([0, 0.2499, 0.25, 0.5, 0.7499, 0.75, 1].map(riskLevel)).toEqual([
      'low',
      'low',
      'medium',
      'high',
      'high',
      'critical',
      'critical',
    ]);
  });
});

test('every signal holds to the contract and carries the close of its candle', () => {
  const row = rowOf();
  const weight = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(weight, weight, weight, (buy, hold, sell) => {
      const sum = buy + hold + sell;
      fc.pre(sum > 1e-6);
      const read = readProbabilities([buy / sum, hold / sum, sell / sum], MODEL_CLASSES);
      if (read === null) throw new Error('It is a distribution.');
      const signal = modelSignal(row, read, { modelVersion: 'm-1', volatilityQuantiles: QUANTILES }, 0.1);
      expect(mlSignalSchema.safeParse(signal).error).toBeUndefined();
      expect(signal.confidence).toBe(Math.max(signal.probBuy, signal.probHold, signal.probSell));
      expect(signal.timestamp).toBe(row.candle.timestamp + MINUTE);
    }),
  );
});
