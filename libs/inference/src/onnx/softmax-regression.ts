import {
  ATTRIBUTE,
  ELEMENT,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './onnx-types';

/** A multinomial logistic regression on standardised inputs. */
export interface SoftmaxRegression {
  /** What is taken from each input. */
  readonly means: readonly number[];
  /** What the difference is divided by, > 0. */
  readonly scales: readonly number[];
  /** Standardised inputs are cut to [-limit, limit]. */
  readonly limit: number;
  /** For each class a weight for each input. */
  readonly weights: readonly (readonly number[])[];
  /** For each class what is added. */
  readonly biases: readonly number[];
}

/** Names of what goes in and comes out of the models that are written here. */
export const TENSOR_NAMES = { input: 'features', output: 'probabilities' } as const;

/** The probabilities that the regression gives in double precision: what its ONNX form must agree with. */
export function regressionProbabilities(
  { means, scales, limit, weights, biases }: SoftmaxRegression,
  row: ArrayLike<number>,
): number[] {
  const inputs = means.map((mean, at) => {
    const standardised = ((row[at] as number) - mean) / (scales[at] as number);
    return Math.min(limit, Math.max(-limit, standardised));
  });
  const logits = weights.map((ofClass, name) =>
    ofClass.reduce((sum, weight, at) => sum + weight * (inputs[at] as number), biases[name] as number),
  );
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The regression as an ONNX model, in single precision. */
export function softmaxRegressionOnnx(regression: SoftmaxRegression): OnnxModel {
  const { means, scales, limit, weights, biases } = regression;
  return {
    irVersion: 8,
    producerName: 'neuraltrade',
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      name: 'softmax-regression',
      node: [
        node('Sub', [TENSOR_NAMES.input, 'means'], 'centred'),
        node('Div', ['centred', 'scales'], 'standardised'),
        node('Clip', ['standardised', 'least', 'most'], 'cut'),
        {
          ...node('Gemm', ['cut', 'weights', 'biases'], 'logits'),
          attribute: [{ name: 'transB', type: ATTRIBUTE.int, i: 1 }],
        },
        {
          ...node('Softmax', ['logits'], TENSOR_NAMES.output),
          attribute: [{ name: 'axis', type: ATTRIBUTE.int, i: -1 }],
        },
      ],
      initializer: [
        floats('means', [means.length], means),
        floats('scales', [scales.length], scales),
        floats('least', [], [-limit]),
        floats('most', [], [limit]),
        floats('weights', [weights.length, means.length], weights.flat()),
        floats('biases', [biases.length], biases),
      ],
      input: [rowsOf(TENSOR_NAMES.input, means.length)],
      output: [rowsOf(TENSOR_NAMES.output, weights.length)],
    },
  };
}

/** An operator with one output. */
export function node(opType: string, input: string[], output: string): OnnxNode {
  return { opType, input, output: [output] };
}

/** Constant float32 numbers. */
export function floats(name: string, dims: number[], floatData: readonly number[]): OnnxTensor {
  return { name, dims, dataType: ELEMENT.float, floatData: [...floatData] };
}

/** Any number of rows of float32 numbers. */
export function rowsOf(name: string, width: number): OnnxValue {
  const shape = { dim: [{ dimParam: 'rows' }, { dimValue: width }] };
  return { name, type: { tensorType: { elemType: ELEMENT.float, shape } } };
}
