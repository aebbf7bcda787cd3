export { backtest } from './backtest/command';
export { isGridThread, serveGrid } from './backtest/grid-workers';
export { openHistory } from './backtest/open-history';
export { Progress } from './backtest/progress';
export type { SourceRequest } from './backtest/request';
export {
  type RecorderConfig,
  recorderConfig,
  recorderSchema,
  recorderServiceSchema,
} from './recorder/config';
export type { Recorder } from './recorder/create-recorder';
export { openRecorder, type OwnArchiveDeps } from './recorder/open-recorder';
