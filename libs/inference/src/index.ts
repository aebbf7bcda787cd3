export * from './model/feature-schema-hash';
export * from './model/model-folder';
export * from './model/model-manifest';
export * from './model/model-refused-error';
export * from './onnx/onnx-file';
export * from './onnx/onnx-session';
export * from './onnx/onnx-types';
export * from './process/inference-process';
export { type Judgement, UNJUDGED_REASONS, type UnjudgedReason } from './process/inference-request';
export * from './process/unavailable-error';
export { buildInferenceProgram, type InferenceProgram } from './testing/inference-program';
export {
  failingOnnx,
  loopingOnnx,
  notANumberOnnx,
  otherWidthOnnx,
  sampleOnnx,
  writeSampleModel,
} from './testing/sample-models';
export * from './model/write-model-folder';
export * from './onnx/softmax-regression';
