import { type Candle, timeframeMs } from '@neuraltrade/contracts';
import {
  modelFiles,
  type ModelFiles,
  regressionProbabilities,
  type SoftmaxRegression,
  softmaxRegressionOnnx,
  TENSOR_NAMES,
} from '@neuraltrade/inference';
import { ExpectedError } from '@neuraltrade/service';
import {
  featureIndex,
  MODEL_CLASSES,
  readProbabilities,
  VOLATILITY_QUANTILES,
  WARM_UP_CANDLES,
} from '@neuraltrade/strategies';
import { type Dataset, datasetOf, type Example } from './data/dataset';
import { splitByTime, type TimeSplit } from './data/time-split';
import { fitRegression } from './fit/fit-regression';
import type { Recipe } from './recipe';
import { rounded } from './report/rounded';
import { type Forecast, frequenciesOf, type Scores, scoresOf } from './report/scores';

/** Fewest examples on either side of the boundary. */
const LEAST_EXAMPLES = 200;

/** A trained model and how it did. */
export interface TrainedModel {
  /** Its numbers. */
  readonly regression: SoftmaxRegression;
  /** On examples that it has not seen. */
  readonly scores: Scores;
  /** As they are written. */
  readonly files: ModelFiles;
}

/**
 * Trains a model on candles and judges it on later ones. Equal candles and an equal recipe give equal files.
 * @param data what is said of the data in model.json.
 * @throws ExpectedError when there are too few examples, or none of a class.
 */
export function trainModel(
  candles: readonly Candle[],
  recipe: Recipe,
  data: Record<string, unknown>,
): TrainedModel {
  const { timeframe, labels, trainPart, fit, modelVersion } = recipe;
  const lengthMs = timeframeMs(timeframe) as number;
  const dataset = datasetOf(candles, timeframe, labels);
  const split = splitByTime(dataset.examples, trainPart, WARM_UP_CANDLES * lengthMs);
  refuseTooFew(dataset, split);
  const trained = frequenciesOf(split.train);
  const regression = fitRegression(
    split.train.map(({ row, label }) => ({ values: row.values, label })),
    fit,
  );
  const scores = scoresOf(
    split.test.map((example) => forecastOf(regression, example)),
    trained,
  );
  const files = modelFiles(softmaxRegressionOnnx(regression), {
    modelVersion,
    timeframe,
    ...labels,
    ...TENSOR_NAMES,
    classes: [...MODEL_CLASSES],
    volatilityQuantiles: quantilesOf(split.train, 'volatility30'),
    training: {
      method: 'multinomial logistic regression on standardised features, Newton steps',
      ...fit,
      data,
      ...splitRecord(dataset, split),
      frequencies: rounded(trained),
    },
    scores: rounded(scores) as unknown as Record<string, unknown>,
  });
  return { regression, scores, files };
}

function refuseTooFew({ candles, leftOut }: Dataset, { train, test }: TimeSplit): void {
  const why = Object.entries(leftOut).map(([reason, count]) => `${reason} ${count}`);
  if (train.length < LEAST_EXAMPLES || test.length < LEAST_EXAMPLES) {
    throw new ExpectedError(
      `${candles} candles give ${train.length} examples to train on and ${test.length} to judge by, fewer than ${LEAST_EXAMPLES} ` +
        `(left out: ${why.join(', ') || 'none'}). Give it more candles without holes.`,
    );
  }
  const absent = MODEL_CLASSES.find((name) => !train.some(({ label }) => label === name));
  if (absent === undefined) return;
  throw new ExpectedError(
    `No example to train on is '${absent}': give --band another width, or more candles.`,
  );
}

function forecastOf(regression: SoftmaxRegression, { row, label, knownAt }: Example): Forecast {
  const probabilities = readProbabilities(regressionProbabilities(regression, row.values), MODEL_CLASSES);
  if (probabilities === null) throw new Error('A regression gave no distribution.');
  return { probabilities, label, knownAt };
}

function quantilesOf(examples: readonly Example[], feature: 'volatility30'): number[] {
  const place = featureIndex(feature);
  const sorted = Float64Array.from(examples, ({ row }) => row.values[place] as number).sort();
  return Array.from({ length: VOLATILITY_QUANTILES }, (_, at) => {
    const value = sorted[Math.round((at / (VOLATILITY_QUANTILES - 1)) * (sorted.length - 1))] as number;
    return Number(value.toPrecision(9));
  });
}

function splitRecord({ candles, leftOut }: Dataset, split: TimeSplit): Record<string, unknown> {
  const { train, test, purged, embargoed, boundary } = split;
  return {
    candles,
    leftOut,
    trainedTo: new Date(boundary).toISOString(),
    examples: { train: train.length, purged, embargoed, test: test.length },
  };
}
