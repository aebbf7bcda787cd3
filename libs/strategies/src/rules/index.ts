export { buyAndHold } from './buy-and-hold';
export { type JudgeCandle, MODEL_RULE, type ModelProbabilities, modelRule } from './model-rule';
export { type GridAxis, MAX_GRID_POINTS, type ParameterGrid, readGrid } from './parameter-grid';
export { defaultsOf, readParameters, type ReadParameters } from './parameters';
export { ruleNamed, RULES } from './registry';
export type {
  ParameterDescription,
  ParameterValues,
  Strategy,
  StrategyDefinition,
  StrategyDescription,
} from './strategy';
