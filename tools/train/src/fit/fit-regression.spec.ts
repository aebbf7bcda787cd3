import { regressionProbabilities, type SoftmaxRegression } from '@neuraltrade/inference';
import { MODEL_CLASSES, type ModelClass } from '@neuraltrade/strategies';
import { solveSymmetric } from './cholesky';
import { fitRegression, type TrainingRow } from './fit-regression';

const OPTIONS = { iterations: 12, ridge: 1e-6, limit: 50 };

/** Draws from [0, 1), the same each time. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Rows whose classes are drawn by a known regression on two inputs of very different scale. */
function drawnRows(count: number): TrainingRow[] {
  const draw = draws(5);
  const truth: SoftmaxRegression = {
    ...{ means: [0, 0], scales: [1, 1_000], limit: 50 },
    ...{
      weights: [
        [2, 0],
        [0, 0],
        [-1, 1],
      ],
      biases: [0.5, 0, -0.5],
    },
  };
  return Array.from({ length: count }, () => {
    const values = Float64Array.of(draw() * 2 - 1, (draw() * 2 - 1) * 1_000);
    const chances = regressionProbabilities(truth, values);
    let left = draw();
    const label = MODEL_CLASSES.find((_, at) => (left -= chances[at] as number) < 0) ?? 'sell';
    return { values, label };
  });
}

const meanLoss = (model: SoftmaxRegression, rows: readonly TrainingRow[]): number =>
  rows.reduce((sum, { values, label }) => {
    return sum - Math.log(regressionProbabilities(model, values)[MODEL_CLASSES.indexOf(label)] as number);
  }, 0) / rows.length;

test('a known regression is found again', () => {
  const model = fitRegression(drawnRows(8_000), OPTIONS);
  // Per unit of the input: what is standardised away and back.
  const slope = (name: ModelClass, at: number): number =>
    ((model.weights[MODEL_CLASSES.indexOf(name)] as number[])[at] as number) / (model.scales[at] as number);
  expect(slope('buy', 0)).toBeCloseTo(2, 0);
  expect(slope('buy', 1) * 1_000).toBeCloseTo(0, 0);
  expect(slope('sell', 0)).toBeCloseTo(-1, 0);
  expect(slope('sell', 1) * 1_000).toBeCloseTo(1, 0);
});

test('no small change of any number makes the loss smaller', () => {
  const rows = drawnRows(1_500);
  const model = fitRegression(rows, OPTIONS);
  const best = meanLoss(model, rows);
  for (const [name, own] of model.weights.entries()) {
    for (const at of own.keys()) {
      for (const step of [-0.01, 0.01]) {
        const weights = model.weights.map((ofClass, one) =>
          ofClass.map((weight, place) => (one === name && place === at ? weight + step : weight)),
        );
        expect(meanLoss({ ...model, weights }, rows)).toBeGreaterThan(best);
      }
    }
  }
});

test('equal rows give equal numbers, all of them of single precision', () => {
  const model = fitRegression(drawnRows(500), OPTIONS);
  expect(fitRegression(drawnRows(500), OPTIONS)).toEqual(model);
  const numbers = [...model.means, ...model.scales, ...model.weights.flat(), ...model.biases];
  expect(numbers.map(Math.fround)).toEqual(numbers);
});

test('a symmetric system is solved, and one that is not positive definite refused', () => {
  const matrix = [Float64Array.of(4, 0, 0), Float64Array.of(2, 5, 0), Float64Array.of(-2, 1, 6)];
  const solution = solveSymmetric(matrix, [2 * 1 + 2 * 1 - 0, 13, 15]);
  const [x = 0, y = 0, z = 0] = solution;
  expect(
    [4 * x + 2 * y - 2 * z, 2 * x + 5 * y + z, -2 * x + y + 6 * z].map((sum) => Number(sum.toFixed(9))),
  ).toEqual([4, 13, 15]);
  expect(() => solveSymmetric([Float64Array.of(-1)], [1])).toThrow('not positive definite');
});
