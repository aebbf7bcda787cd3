import { FEATURE_COUNT, MODEL_CLASSES } from '@neuraltrade/strategies';
import { modelFiles, type ModelDescription, writeModelFolder } from '../model/write-model-folder';
import {
  floats,
  node,
  rowsOf,
  softmaxRegressionOnnx,
  type SoftmaxRegression,
  TENSOR_NAMES,
} from '../onnx/softmax-regression';
import {
  ATTRIBUTE,
  ELEMENT,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from '../onnx/onnx-types';

/** A regression that leans to buying after a rise and to selling after a fall. */
export const SAMPLE_REGRESSION: SoftmaxRegression = {
  means: Array<number>(FEATURE_COUNT).fill(0),
  scales: Array.from({ length: FEATURE_COUNT }, (_, at) => (at < 4 ? 0.001 : 1)),
  limit: 5,
  weights: [1, 0, -1].map((sign) => Array.from({ length: FEATURE_COUNT }, (_, at) => sign / (at + 2))),
  biases: [0.1, 0.2, -0.1],
};

/** What the sample models say about themselves, changed as told. */
export function sampleDescription(changes: Partial<ModelDescription> = {}): ModelDescription {
  return {
    modelVersion: 'sample-1',
    timeframe: '1m',
    horizonCandles: 5,
    bandBps: 5,
    ...TENSOR_NAMES,
    classes: [...MODEL_CLASSES],
    volatilityQuantiles: Array.from({ length: 11 }, (_, at) => at / 10_000),
    training: { data: 'none' },
    scores: {},
    ...changes,
  };
}

/** A model that works. */
export function sampleOnnx(): OnnxModel {
  return softmaxRegressionOnnx(SAMPLE_REGRESSION);
}

/** A model that computes on after its result, so many turns of a loop: a few million take a second, 1e15 never end. */
export function loopingOnnx(turns: number): OnnxModel {
  const scalar = (name: string, elemType: number): OnnxValue => ({
    name,
    type: { tensorType: { elemType, shape: {} } },
  });
  const width = MODEL_CLASSES.length;
  const body = {
    name: 'turn',
    node: [node('Identity', ['given'], 'kept'), node('Identity', ['goOn'], 'goOnStill')],
    input: [scalar('turnNumber', ELEMENT.int64), scalar('goOn', ELEMENT.bool), rowsOf('given', width)],
    output: [scalar('goOnStill', ELEMENT.bool), rowsOf('kept', width)],
  };
  return withLast(
    {
      ...node('Loop', ['turns', 'yes', 'probable'], TENSOR_NAMES.output),
      attribute: [{ name: 'body', type: ATTRIBUTE.graph, g: body }],
    },
    [
      { name: 'turns', dims: [], dataType: ELEMENT.int64, int64Data: [turns] },
      { name: 'yes', dims: [], dataType: ELEMENT.bool, int32Data: [1] },
    ],
  );
}

/** A model whose probabilities are no numbers. */
export function notANumberOnnx(): OnnxModel {
  return withLast(node('Mul', ['probable', 'nothing'], TENSOR_NAMES.output), [
    floats('nothing', [], [Number.NaN]),
  ]);
}

/** A model that fails on every row. */
export function failingOnnx(): OnnxModel {
  return withLast(
    {
      ...node('Gather', ['probable', 'places'], TENSOR_NAMES.output),
      attribute: [{ name: 'axis', type: ATTRIBUTE.int, i: 1 }],
    },
    [{ name: 'places', dims: [3], dataType: ELEMENT.int64, int64Data: [0, 1, 99] }],
  );
}

/** A model of other features. */
export function otherWidthOnnx(): OnnxModel {
  return softmaxRegressionOnnx({
    ...SAMPLE_REGRESSION,
    means: [0, 0],
    scales: [1, 1],
    weights: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
  });
}

/** Writes a model folder for a test; by default one with a model that works. */
export async function writeSampleModel(
  folder: string,
  changes: Partial<ModelDescription> = {},
  onnx: OnnxModel = sampleOnnx(),
): Promise<string> {
  await writeModelFolder(folder, modelFiles(onnx, sampleDescription(changes)));
  return folder;
}

/** The sample with an operator behind its probabilities, which are named 'probable' then. */
function withLast(last: OnnxNode, constants: OnnxTensor[]): OnnxModel {
  const sample = sampleOnnx();
  const { node: nodes = [], initializer = [] } = sample.graph;
  const softmax = { ...(nodes.at(-1) as OnnxNode), output: ['probable'] };
  return {
    ...sample,
    graph: {
      ...sample.graph,
      node: [...nodes.slice(0, -1), softmax, last],
      initializer: [...initializer, ...constants],
    },
  };
}
