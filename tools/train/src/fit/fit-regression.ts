import type { SoftmaxRegression } from '@neuraltrade/inference';
import { MODEL_CLASSES, type ModelClass } from '@neuraltrade/strategies';
import { solveSymmetric } from './cholesky';

/** What is trained on: a row of numbers and its class. */
export interface TrainingRow {
  /** The numbers. */
  readonly values: Float64Array;
  /** The class. */
  readonly label: ModelClass;
}

/** How it is trained; all of it is fixed, so that equal rows give an equal model. */
export interface FitOptions {
  /** Steps of Newton's method. */
  readonly iterations: number;
  /** Half of this times the sum of squared weights is added to the loss; biases are free. */
  readonly ridge: number;
  /** Standardised inputs are cut to [-limit, limit]. */
  readonly limit: number;
}

/** The class whose score is always 0: of three scores only two are free. */
const REFERENCE: ModelClass = 'hold';
const FREE: readonly ModelClass[] = MODEL_CLASSES.filter((name) => name !== REFERENCE);

/**
 * A multinomial logistic regression by Newton's method, in a fixed number of steps and without chance. Its numbers are rounded to
 * single precision, as they stand in the ONNX file.
 */
export function fitRegression(rows: readonly TrainingRow[], options: FitOptions): SoftmaxRegression {
  const { means, scales } = standardOf(rows);
  const inputs = rows.map(({ values }) => standardised(values, means, scales, options.limit));
  const width = means.length + 1;
  let weights: readonly Float64Array[] = FREE.map(() => new Float64Array(width));
  for (let step = 0; step < options.iterations; step += 1)
    weights = newtonStep(inputs, rows, weights, options.ridge);
  const ofClass = (name: ModelClass): Float64Array => weights[FREE.indexOf(name)] ?? new Float64Array(width);
  return {
    means,
    scales,
    limit: options.limit,
    weights: MODEL_CLASSES.map((name) => [...ofClass(name).subarray(0, -1)].map(Math.fround)),
    biases: MODEL_CLASSES.map((name) => Math.fround(ofClass(name)[width - 1] as number)),
  };
}

function standardOf(rows: readonly TrainingRow[]): { means: number[]; scales: number[] } {
  const width = rows[0]?.values.length ?? 0;
  const means = Array.from({ length: width }, (_, at) => {
    return rows.reduce((sum, { values }) => sum + (values[at] as number), 0) / rows.length;
  });
  const scales = means.map((mean, at) => {
    const squares = rows.reduce((sum, { values }) => sum + ((values[at] as number) - mean) ** 2, 0);
    return Math.sqrt(squares / rows.length) || 1;
  });
  return { means: means.map(Math.fround), scales: scales.map(Math.fround) };
}

/** With a 1 at the end for the bias. */
function standardised(
  values: Float64Array,
  means: readonly number[],
  scales: readonly number[],
  limit: number,
): Float64Array {
  const inputs = new Float64Array(means.length + 1).fill(1);
  means.forEach((mean, at) => {
    inputs[at] = Math.min(limit, Math.max(-limit, ((values[at] as number) - mean) / (scales[at] as number)));
  });
  return inputs;
}

function newtonStep(
  inputs: readonly Float64Array[],
  rows: readonly TrainingRow[],
  weights: readonly Float64Array[],
  ridge: number,
): Float64Array[] {
  const width = inputs[0]?.length ?? 0;
  const size = FREE.length * width;
  const gradient = new Float64Array(size);
  const hessian = Array.from({ length: size }, () => new Float64Array(size));
  const probabilities = new Float64Array(FREE.length);
  for (const [index, input] of inputs.entries()) {
    freeProbabilities(weights, input, probabilities);
    const label = FREE.indexOf((rows[index] as TrainingRow).label);
    for (let one = 0; one < FREE.length; one += 1) {
      const probability = probabilities[one] as number;
      const error = probability - (label === one ? 1 : 0);
      for (let at = 0; at < width; at += 1) gradient[one * width + at]! += error * (input[at] as number);
      for (let two = 0; two <= one; two += 1) {
        const factor = probability * ((one === two ? 1 : 0) - (probabilities[two] as number));
        addOuter(hessian, one * width, two * width, input, factor);
      }
    }
  }
  for (let at = 0; at < size; at += 1) {
    if (at % width === width - 1) continue;
    gradient[at]! += ridge * ((weights[Math.floor(at / width)] as Float64Array)[at % width] as number);
    (hessian[at] as Float64Array)[at]! += ridge;
  }
  const step = solveSymmetric(hessian, [...gradient]);
  return weights.map((own, one) => own.map((weight, at) => weight - (step[one * width + at] as number)));
}

/** Adds factor * input * input' to the lower half of a block. */
function addOuter(
  matrix: Float64Array[],
  top: number,
  left: number,
  input: Float64Array,
  factor: number,
): void {
  for (let row = 0; row < input.length; row += 1) {
    const own = matrix[top + row] as Float64Array;
    const scaled = factor * (input[row] as number);
    const end = top === left ? row + 1 : input.length;
    for (let column = 0; column < end; column += 1) own[left + column]! += scaled * (input[column] as number);
  }
}

function freeProbabilities(weights: readonly Float64Array[], input: Float64Array, into: Float64Array): void {
  let largest = 0;
  weights.forEach((own, one) => {
    let score = 0;
    for (let at = 0; at < input.length; at += 1) score += (own[at] as number) * (input[at] as number);
    into[one] = score;
    largest = Math.max(largest, score);
  });
  let sum = Math.exp(-largest);
  for (let one = 0; one < into.length; one += 1) sum += into[one] = Math.exp((into[one] as number) - largest);
  for (let one = 0; one < into.length; one += 1) into[one]! /= sum;
}
