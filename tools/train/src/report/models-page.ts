import { MODEL_CLASSES } from '@neuraltrade/strategies';
import type { Scores } from './scores';

const BEGIN = '<!-- scores: written by npm run train -->';
const END = '<!-- end of scores -->';

/** What of model.json stands on the page. */
export interface ReportedModel {
  /** Name and version. */
  readonly modelVersion: string;
  /** Candles of the horizon. */
  readonly horizonCandles: number;
  /** From which move on it is buy or sell, bps. */
  readonly bandBps: number;
  /** What it was trained on. */
  readonly training: { readonly trainedTo: string; readonly examples: Readonly<Record<string, number>> };
  /** How it did. */
  readonly scores: Scores;
}

/** The page with the scores of a model in it, in place of those that it holds. @throws Error when it has no place for them. */
export function withScores(page: string, model: ReportedModel): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The page has no ${BEGIN} followed by ${END}.`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${scoresSection(model)}\n${page.slice(end)}`;
}

function scoresSection({ modelVersion, training, scores, horizonCandles, bandBps }: ReportedModel): string {
  const { examples, frequencies, baseRate, gain, classes, calibration, calibrationError } = scores;
  const percent = (part: number | null): string => (part === null ? '-' : `${(part * 100).toFixed(1)} %`);
  const figure = (value: number): string => value.toFixed(4);
  const better = (ours: number, theirs: number): string => (ours < theirs ? 'better' : 'worse');
  const errors = gain.standardError === 0 ? 0 : gain.logLoss / gain.standardError;
  return `\`${modelVersion}\`, trained on ${training.examples['train']} examples up to ${training.trainedTo}, judged on ${examples} later ones
(${training.examples['purged']} purged, ${training.examples['embargoed']} under embargo). A label is buy or sell when the price moved by more than ${bandBps} bps within ${horizonCandles} candles.

| score, out of sample | model | base rate | |
|---|---|---|---|
| log loss (nats) | ${figure(scores.logLoss)} | ${figure(baseRate.logLoss)} | ${better(scores.logLoss, baseRate.logLoss)} |
| Brier score | ${figure(scores.brier)} | ${figure(baseRate.brier)} | ${better(scores.brier, baseRate.brier)} |
| accuracy | ${percent(scores.accuracy)} | ${percent(baseRate.accuracy)} | ${better(-scores.accuracy, -baseRate.accuracy)} |

The log loss is ${figure(gain.logLoss)} nats below that of the base rate, ${errors.toFixed(1)} standard errors (of whole hours) from nothing.
The base rate says the class frequencies of the training, always.

| class | came | forecasts | precision | recall |
|---|---|---|---|---|
${MODEL_CLASSES.map((name) => `| ${name} | ${percent(frequencies[name])} | ${classes[name].forecasts} | ${percent(classes[name].precision)} | ${percent(classes[name].recall)} |`).join('\n')}

| said | how often | mean said | came |
|---|---|---|---|
${calibration
  .filter(({ count }) => count > 0)
  .map(
    ({ from, count, said, came }) =>
      `| ${percent(from)} to ${percent(from + 0.1)} | ${count} | ${percent(said)} | ${percent(came)} |`,
  )
  .join('\n')}

What was said and what came are ${percent(calibrationError)} apart on average (expected calibration error).
`;
}
