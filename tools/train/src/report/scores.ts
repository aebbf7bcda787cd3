import { MODEL_CLASSES, type ModelClass, mostProbable } from '@neuraltrade/strategies';

type Probabilities = Readonly<Record<ModelClass, number>>;

/** A forecast that has come to its end. */
export interface Forecast {
  /** What was said. */
  readonly probabilities: Probabilities;
  /** What came. */
  readonly label: ModelClass;
  /** When it was said, ms UTC. */
  readonly knownAt: number;
}

/** How good forecasts were. */
export interface Scores {
  /** How many. */
  readonly examples: number;
  /** Part of each class among what came. */
  readonly frequencies: Probabilities;
  /** Mean of -ln(probability of what came), nats: lower is better. */
  readonly logLoss: number;
  /** Mean of the sum over classes of (probability - what came)^2: lower is better. */
  readonly brier: number;
  /** Part in which the most probable class came. */
  readonly accuracy: number;
  /** The same of a forecast that says the class frequencies of the training, always. */
  readonly baseRate: { readonly logLoss: number; readonly brier: number; readonly accuracy: number };
  /** How much the log loss is below that of the base rate, nats, and its standard error from the sums of whole hours. */
  readonly gain: { readonly logLoss: number; readonly standardError: number };
  /** By class. */
  readonly classes: Readonly<Record<ModelClass, ClassScores>>;
  /** By what was said, in tenths: every probability of every class counts. */
  readonly calibration: readonly CalibrationBin[];
  /** Mean distance between what was said and what came, over the tenths, by their counts. */
  readonly calibrationError: number;
}

/** How good forecasts of one class were. */
export interface ClassScores {
  /** Forecasts of this class. */
  readonly forecasts: number;
  /** Part of them that came; null without any. */
  readonly precision: number | null;
  /** Part of what came of this class that was forecast; null when none came. */
  readonly recall: number | null;
}

/** Probabilities of one tenth. */
export interface CalibrationBin {
  /** They are at or above this; below the next tenth. */
  readonly from: number;
  /** How many. */
  readonly count: number;
  /** Their mean; null without any. */
  readonly said: number | null;
  /** Part that came; null without any. */
  readonly came: number | null;
}

const HOUR_MS = 3_600_000;
const BINS = 10;

/** The scores of forecasts. @param trained part of each class in the training: what the base rate says. */
export function scoresOf(forecasts: readonly Forecast[], trained: Probabilities): Scores {
  const mean = (valueOf: (forecast: Forecast) => number): number =>
    forecasts.reduce((sum, forecast) => sum + valueOf(forecast), 0) / forecasts.length;
  const byModel = ({ probabilities }: Forecast): Probabilities => probabilities;
  const byBaseRate = (): Probabilities => trained;
  const figures = (says: (forecast: Forecast) => Probabilities) => ({
    logLoss: mean((forecast) => -Math.log(says(forecast)[forecast.label])),
    brier: mean((forecast) =>
      MODEL_CLASSES.reduce(
        (sum, name) => sum + (says(forecast)[name] - (name === forecast.label ? 1 : 0)) ** 2,
        0,
      ),
    ),
    accuracy: mean((forecast) => (mostProbable(says(forecast)) === forecast.label ? 1 : 0)),
  });
  const calibration = calibrationOf(forecasts);
  const counted = calibration.reduce((sum, { count }) => sum + count, 0);
  return {
    examples: forecasts.length,
    frequencies: frequenciesOf(forecasts),
    ...figures(byModel),
    baseRate: figures(byBaseRate),
    gain: gainOf(forecasts, trained),
    classes: ofClasses((name) => classScores(forecasts, name)),
    calibration,
    calibrationError: calibration.reduce(
      (sum, { count, said, came }) => sum + (count / counted) * Math.abs((said ?? 0) - (came ?? 0)),
      0,
    ),
  };
}

/** Part of each class. */
export function frequenciesOf(examples: readonly { readonly label: ModelClass }[]): Probabilities {
  return ofClasses((name) => examples.filter(({ label }) => label === name).length / examples.length);
}

function ofClasses<T>(valueOf: (name: ModelClass) => T): Record<ModelClass, T> {
  return { buy: valueOf('buy'), hold: valueOf('hold'), sell: valueOf('sell') };
}

/** Neighbouring forecasts share what comes, and so do venues and symbols: only whole hours count as independent. */
function gainOf(forecasts: readonly Forecast[], trained: Probabilities): Scores['gain'] {
  const hours = new Map<number, { sum: number; count: number }>();
  let total = 0;
  for (const { probabilities, label, knownAt } of forecasts) {
    const gain = Math.log(probabilities[label] / trained[label]);
    const hour = hours.get(Math.floor(knownAt / HOUR_MS)) ?? { sum: 0, count: 0 };
    hour.sum += gain;
    hour.count += 1;
    hours.set(Math.floor(knownAt / HOUR_MS), hour);
    total += gain;
  }
  const logLoss = total / forecasts.length;
  let squares = 0;
  for (const { sum, count } of hours.values()) squares += (sum - count * logLoss) ** 2;
  return { logLoss, standardError: Math.sqrt(squares) / forecasts.length };
}

function classScores(forecasts: readonly Forecast[], name: ModelClass): ClassScores {
  let said = 0;
  let came = 0;
  let both = 0;
  for (const { probabilities, label } of forecasts) {
    const isSaid = mostProbable(probabilities) === name;
    if (isSaid) said += 1;
    if (label === name) came += 1;
    if (isSaid && label === name) both += 1;
  }
  return {
    forecasts: said,
    precision: said === 0 ? null : both / said,
    recall: came === 0 ? null : both / came,
  };
}

function calibrationOf(forecasts: readonly Forecast[]): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, said: 0, came: 0 }));
  for (const { probabilities, label } of forecasts) {
    for (const name of MODEL_CLASSES) {
      const bin = bins[Math.min(BINS - 1, Math.floor(probabilities[name] * BINS))] as (typeof bins)[number];
      bin.count += 1;
      bin.said += probabilities[name];
      if (name === label) bin.came += 1;
    }
  }
  return bins.map(({ count, said, came }, at) => ({
    from: at / BINS,
    count,
    said: count === 0 ? null : said / count,
    came: count === 0 ? null : came / count,
  }));
}
