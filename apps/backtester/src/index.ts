export { backtest } from './backtest/command';
export { isGridThread, serveGrid } from './backtest/grid-workers';
export { openHistory } from './backtest/open-history';
export type { SourceRequest } from './backtest/request';
export type { History } from './history/history';
export { Progress } from './backtest/progress';
